// Which groups of patients a profile fits, as aa_ld/groups.py decides it. Terms are numbers, in the order of their IRIs.
"use strict";

class AaGroups {
  // data: what aa_ld/publish/advisor.py wrote; above, conditions and dominated become maps of numbers to lists.
  constructor(data) {
    this.above = new Map(data.above.map(([term, above]) => [term, new Set(above)]));
    this.conditions = new Map(data.conditions);
    this.dominated = new Map(data.dominated);
    this.divisions = data.divisions.map(([key, disease, types]) => ({ key, disease, types }));
    this.disjoint = data.disjoint;
    this.disease = data.disease;
  }

  isA(narrow, wide) { return narrow === wide || (this.above.get(narrow)?.has(wide) ?? false); }

  // How a group fits: "fits", "open", "excluded" or "undefined", with the conditions that are met, missing or ruled out.
  fit(group, has, lacks = []) {
    if (!this.conditions.has(group)) return this.inside(group, has, lacks);
    const stated = [...has].sort(byNumber), denied = [...lacks].sort(byNumber);
    const fit = { group, met: [], missing: [], absent: [] };
    for (const condition of this.conditions.get(group)) {
      const meeting = this.narrowest(stated.filter((disease) => this.isA(disease, condition)));
      const ruling = meeting === undefined ? this.ruledOut(condition, stated, denied) : null;
      if (meeting !== undefined) fit.met.push([condition, meeting]);
      else if (ruling) fit.absent.push(ruling);
      else fit.missing.push([condition, stated.find((disease) => this.isA(condition, disease))]);
    }
    return { ...fit, standing: fit.absent.length ? "excluded" : fit.missing.length ? "open" : "fits" };
  }

  // A group without a definition holds whoever fits a group below it.
  inside(group, has, lacks) {
    for (const below of this.conditions.keys()) {
      if (below === group || !this.isA(below, group)) continue;
      const found = this.fit(below, has, lacks);
      if (found.standing === "fits") return { ...found, group };
    }
    return { group, standing: "undefined", met: [], missing: [], absent: [] };
  }

  // A disease that none of the others stands below, so that a stated type is seen beside its disease.
  narrowest(diseases) {
    const narrow = diseases.filter((disease) => !diseases.some((other) => other !== disease && this.isA(other, disease)));
    return (narrow.length ? narrow : diseases)[0];
  }

  // How each group fits that is defined by some particular disease, in the order of IRIs.
  fits(has, lacks) {
    const asking = [...this.conditions].filter(([, asked]) => asked.some((condition) => condition !== this.disease));
    return asking.map(([group]) => group).sort(byNumber).map((group) => this.fit(group, has, lacks));
  }

  // Whether each member of one group is one of another, by their definitions.
  contains(wider, narrower) {
    if (!this.conditions.has(narrower)) return this.isA(narrower, wider);
    return this.fit(wider, this.conditions.get(narrower)).standing === "fits";
  }

  // Whether a group that fits asks for less than is stated: a disease less, or a disease of a wider kind.
  isWider(group, has) {
    const conditions = this.conditions.get(group) ?? [];
    return !has.every((disease) => conditions.some((condition) => this.isA(condition, disease)));
  }

  // Two diseases that are different types of one division, and the division.
  typesApart(diseases) {
    const named = diseases.flatMap((disease) => this.divisions.flatMap((division) =>
      division.types.filter((type) => this.isA(disease, type)).map((type) => ({ disease, type, division }))));
    for (const one of named) {
      const two = named.find((other) => other.division === one.division && other.type !== one.type);
      if (two) return { one: one.disease, two: two.disease, division: one.division };
    }
    return null;
  }

  ruledOut(condition, has, lacks) {
    for (const stated of lacks) if (this.isA(condition, stated)) return { condition, stated, divided: false };
    for (const stated of has) if (this.typesApart([stated, condition])) return { condition, stated, divided: true };
    return null;
  }
}

// Why a group fits, is open or is excluded; what stands in the way is said, and what is met is then not.
function aaInWords(fit, label) {
  const ways = fit.absent.length ? fit.absent.map((absent) => aaAbsence(absent, label))
    : fit.missing.length ? fit.missing.map((missing) => aaLack(missing, label))
      : fit.met.map(([condition, disease]) => `${label(disease)} is stated${condition === disease ? "" : `, a kind of ${label(condition)}`}`);
  return ways.join("; ");
}

function aaAbsence({ condition, stated, divided }, label) {
  if (divided) return `${label(stated)} is stated, a type apart from ${label(condition)}`;
  return `${label(stated)} is said to be absent${stated === condition ? "" : `, and ${label(condition)} with it`}`;
}

function aaLack([condition, stated], label) {
  if (stated === undefined) return `${label(condition)} is not stated`;
  return `${label(stated)} is stated, its type is not (${label(condition)} or another)`;
}

function byNumber(one, two) { return one - two; }
