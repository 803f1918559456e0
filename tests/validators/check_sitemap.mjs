// sitemap.xml by the parser of the npm package sitemap, which refuses what the protocol does not have.
// node check_sitemap.mjs FOLDER_OF_NODE_MODULES FILE: the number of addresses.
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";

const [modules, file] = process.argv.slice(2);
const { XMLToSitemapItemStream, ErrorLevel } = createRequire(`${modules}/`)("sitemap");
let count = 0;
const items = createReadStream(file).pipe(new XMLToSitemapItemStream({ level: ErrorLevel.THROW }));
for await (const item of items) count += item.url ? 1 : 0;
console.log(count);
