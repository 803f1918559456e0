// A profile of one patient: what is stated, refused as aa_ld/profile.py refuses it, in a link, and as a file.
"use strict";

// Why a profile cannot be answered: where, what is wrong, what to do.
class AaRefusal extends Error {
  constructor(where, what, remedy) {
    super(`ProfileError: ${where}\n  ${what}\n  ${remedy}   (docs: errors.md#profile)`);
    Object.assign(this, { where, what, remedy });
  }
}

class AaProfiles {
  constructor(data, groups) {
    this.data = data;
    this.groups = groups;
    this.label = (term) => data.terms[term][1];
    this.short = (term) => data.terms[term][0];
    this.names = Object.fromEntries(Object.entries(data.pick).map(([part, picks]) => [part, new Map(picks.map(([term, name]) => [term, name]))]));
  }

  // Entries are as somebody made them: { has: [term], lacks: [term], labs: [[term, level]], had: [[term, outcome or null]] }.
  // The profile that comes back is in order, without doubles, and can be true of one person.
  read(entries) {
    const profile = {
      has: inOrder(entries.has), lacks: inOrder(entries.lacks), labs: this.labs(entries.labs), had: this.had(entries.had),
    };
    if (!profile.has.length) {
      throw new AaRefusal("profile", "The profile names no disease that the patient has.", "Name at least one, such as alopecia areata.");
    }
    this.check(profile);
    return profile;
  }

  labs(entries) {
    const found = new Map();
    for (const [marker, level] of entries) {
      const before = found.get(marker) ?? level;
      if (before !== level) {
        throw new AaRefusal(`profile, labs: ${cut(`${this.short(marker)}=${level}`)}`,
          `${this.label(marker)} is said to be both ${before} and ${level}.`, "Keep the one that holds now.");
      }
      found.set(marker, before);
    }
    return new Map([...found].sort(([one], [two]) => one - two));
  }

  had(entries) {
    const found = new Map();
    for (const [treatment, outcome] of entries) {
      const before = found.get(treatment) ?? null;
      if (before !== null && outcome !== null && before !== outcome) {
        throw new AaRefusal(`profile, had: ${cut(`${this.short(treatment)}=${this.short(outcome)}`)}`,
          `${this.label(treatment)} is said to have had two outcomes: ${this.label(before)} and ${this.label(outcome)}.`,
          "Keep the one that it ended with.");
      }
      found.set(treatment, before ?? outcome);
    }
    return new Map([...found].sort(([one], [two]) => one - two));
  }

  check({ has, lacks }) {
    const { groups, label } = this;
    for (const disease of has) {
      const denied = lacks.find((lacked) => groups.isA(disease, lacked));
      if (denied === undefined) continue;
      const kind = denied === disease ? "" : `, and so ${label(denied)}`;
      throw new AaRefusal("profile, has and lacks", `${label(disease)} is said to be there${kind}; ${label(denied)} is said to be absent.`, "Keep one of the two.");
    }
    const apart = groups.typesApart(has);
    if (apart) {
      const whole = label(apart.division.disease);
      throw new AaRefusal("profile, has",
        `${label(apart.one)} and ${label(apart.two)} are two types of ${whole}, as [${apart.division.key}] divides it; one patient is not told to have both.`,
        `Keep one, or say ${whole} alone if the type is not known.`);
    }
    const fitting = new Set(groups.fits(has, lacks).filter((fit) => fit.standing === "fits").map((fit) => fit.group));
    const clash = groups.disjoint.find((pair) => pair.every((group) => fitting.has(group)));
    if (clash) {
      throw new AaRefusal("profile, has", `Nobody is both a ${label(clash[0])} and a ${label(clash[1])}, as the ontology has it.`,
        "Keep the diseases of one of the two.");
    }
  }

  // The part of a link behind the #, which no browser sends to a server.
  toFragment({ has, lacks, labs, had }) {
    const short = this.short;
    const pairs = [
      ...has.map((term) => ["has", short(term)]), ...lacks.map((term) => ["lacks", short(term)]),
      ...labs.map(([term, level]) => ["lab", `${short(term)}=${level}`]),
      ...had.map(([term, outcome]) => ["had", short(term) + (outcome === null ? "" : `=${short(outcome)}`)]),
    ];
    return pairs.map(([part, value]) => `${part}=${encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%3D", "=")}`).join("&");
  }

  // The entries of a link, and what in it has no name here. Labels and other names are taken, too.
  fromFragment(fragment) {
    const entries = { has: [], lacks: [], labs: [], had: [] }, unknown = [];
    for (const [part, value] of new URLSearchParams(fragment)) {
      const at = part === "lab" || part === "had" ? value.lastIndexOf("=") : -1;
      const name = at < 0 ? value : value.slice(0, at), said = at < 0 ? null : value.slice(at + 1);
      if (part === "has" || part === "lacks") this.take(this.find(part, name), entries[part], unknown, value);
      else if (part === "lab") {
        const marker = this.find("labs", name);
        this.take(marker !== null && this.data.levels.includes(said) ? [marker, said] : null, entries.labs, unknown, value);
      } else if (part === "had") {
        const treatment = this.find("had", name), outcome = said === null ? null : this.find("outcome", said);
        this.take(treatment !== null && (said === null || outcome !== null) ? [treatment, outcome] : null, entries.had, unknown, value);
      } else unknown.push(value ? `${part}=${value}` : part);
    }
    return { entries, unknown };
  }

  take(found, list, unknown, value) { if (found === null) unknown.push(value); else list.push(found); }

  find(part, name) {
    const asked = name.trim().toLowerCase();
    const known = this.data.pick[part].find(([term, , also]) =>
      this.short(term) === name.trim() || this.label(term).toLowerCase() === asked || also.toLowerCase().split(" | ").includes(asked));
    return known ? known[0] : null;
  }

  // The file that `aa-ld advise --profile` reads.
  toFile({ has, lacks, labs, had }) {
    const { names } = this;
    const record = {
      has: has.map((term) => names.has.get(term)), lacks: lacks.map((term) => names.lacks.get(term)),
      labs: Object.fromEntries([...labs].map(([term, level]) => [names.labs.get(term), level])),
      had: [...had].map(([term, outcome]) => names.had.get(term) + (outcome === null ? "" : `=${names.outcome.get(outcome)}`)),
    };
    return JSON.stringify(record, null, 2) + "\n";
  }
}

function inOrder(terms) { return [...new Set(terms)].sort((one, two) => one - two); }

function cut(text) {
  const signs = [...text];
  return signs.length <= 120 ? text : signs.slice(0, 119).join("") + "…";
}
