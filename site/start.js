// Starts the query page where it can work: from a disk, browsers refuse modules and workers, and the notice stays.
"use strict";
if (location.protocol !== "file:") import("./sparql.js").catch((error) => { document.getElementById("notice").append(` ${error.message}`); });
