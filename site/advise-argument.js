// What facts argue for one patient, as aa_ld/argument and aa_ld/advise.py decide it; the record is that of `aa-ld advise --format json`.
"use strict";

class AaPatient {
  constructor(data, groups, profile) {
    Object.assign(this, { data, groups, profile });
    this.label = (term) => data.terms[term][1];
    this.short = (term) => data.terms[term][0];
    this.people = new Map(data.people.map(([group, kind, words]) => [group, { kind, holds: "yes", words }]));
    this.fits = groups.fits(profile.has, profile.lacks);
    const fitting = this.fits.filter((fit) => fit.standing === "fits").map((fit) => fit.group);
    const axes = new Set(fitting.flatMap((group) => groups.dominated.get(group) ?? []));
    this.leaning = data.arms.filter((arm) => axes.has(arm));
    this.section = data.section;
  }

  advice() {
    const { data, short, profile } = this;
    const had = Object.fromEntries([...profile.had].map(([treatment, outcome]) => [short(treatment), outcome === null ? null : short(outcome)]));
    return {
      disclaimer: data.disclaimer,
      profile: {
        has: profile.has.map(short), lacks: profile.lacks.map(short),
        labs: Object.fromEntries([...profile.labs].map(([marker, level]) => [short(marker), level])), had,
      },
      groups: this.fits.map((fit) => this.group(fit)),
      labs: [...profile.labs].map(([marker, level]) => ({
        marker: short(marker), level, facts: this.markerFacts(marker).map((fact) => fact.record),
      })),
      treatments: data.treatments.filter(({ term, named }) => named || profile.had.has(term)).map((each) => this.option(each)),
    };
  }

  markerFacts(marker) {
    const found = this.data.labs.find(([term]) => term === marker);
    return found ? found[1].map((number) => this.data.facts[number]) : [];
  }

  group(fit) {
    return {
      group: this.short(fit.group), standing: fit.standing, why: aaInWords(fit, this.label),
      laboratory: fit.standing === "open" ? this.labWords(fit) : [],
      "dominated by": (this.groups.dominated.get(fit.group) ?? []).map(this.short),
    };
  }

  // What a laboratory value says of a group whose disease is stated and its type is not: never that it fits.
  labWords(fit) {
    if (!fit.missing.some(([, stated]) => stated !== undefined)) return [];
    const open = new Set(this.fits.filter((each) => each.standing === "open").map((each) => each.group));
    return [...this.profile.labs].flatMap(([marker, level]) => {
      const tied = this.markerFacts(marker).filter((fact) => (fact.seen ?? []).some((group) => open.has(group) && this.groups.contains(group, fit.group)));
      const found = tied.filter((fact) => fact.level === level), other = tied.filter((fact) => fact.level !== level);
      const value = `${this.label(marker)} ${level}`;
      return [
        ...(found.length ? [`${value} is compatible with it (${keys(found)}), and does not settle it`] : []),
        ...(other.length ? [`${value} is not what ${keys(other)} says of it, and does not settle it`] : []),
        ...(tied.length ? [] : [`${value} does not settle it: no loaded fact ties this marker to it`]),
      ];
    });
  }

  option({ term, facts, conflicts }) {
    const { data } = this, sections = data.sections;
    const entries = facts.map((number) => ({ number, ...this.entry(data.facts[number]) }));
    entries.sort((one, two) => sections.indexOf(one.section) - sections.indexOf(two.section) || one.number - two.number);
    const outcome = this.profile.had.get(term) ?? null;
    return {
      treatment: this.short(term), label: this.label(term), given: this.profile.had.has(term),
      outcome: outcome === null ? null : this.short(outcome),
      silent: entries.every((entry) => entry.section === this.section.others),
      arguments: entries.map(({ number, section, scope, assumes, remarks }) => ({
        section, scope: scope.kind, holds: scope.holds, words: scope.words, assumes, remarks,
        linked: data.facts[number].linked.map((link) => data.facts[link].record.key), ...data.facts[number].record,
      })),
      conflicts,
    };
  }

  entry(fact) {
    const scope = this.scope(fact), [side, remarks] = this.side(fact);
    const section = scope.holds === "yes" ? side : scope.holds === "if" ? this.data.conditional[side] ?? side : this.section.others;
    const assumes = [];
    if ((side === this.section.balanceFor || side === this.section.balanceAgainst) && section !== this.section.others) {
      assumes.push(...this.leaning.map((arm) => `${this.label(arm)} dominates in this group (a mark of the curator)`));
      if (scope.kind === "population not stated") assumes.push("it holds in this group");
    }
    return { section, scope, assumes, remarks };
  }

  // How the people, or animals, of a fact stand to this patient; of several groups, the farthest.
  scope(fact) {
    if (fact.animals) return { kind: "animals only", holds: "no", words: fact.animals };
    const scopes = (fact.people ?? [this.data.notStated]).map((group) => this.scopeOfGroup(group));
    const scope = ["no", "if", "yes"].map((holds) => scopes.find((each) => each.holds === holds)).find(Boolean);
    if (!fact.responding || scope.holds === "no") return scope;
    const words = `${scope.words}; seen in a ${fact.responding}, which this patient may or may not be`;
    return { kind: scope.holds === "yes" ? "one response group" : scope.kind, holds: "if", words };
  }

  scopeOfGroup(group) {
    const { label } = this, known = this.people.get(group);
    if (known) return known;
    const fit = this.groups.fit(group, this.profile.has, this.profile.lacks);
    if (fit.standing === "undefined") return { kind: "other people", holds: "no", words: `other people: ${label(group)}` };
    if (fit.absent.length) {
      return { kind: "other group", holds: "no", words: `other group: ${fit.absent.map((absent) => aaAbsence(absent, label)).join("; ")}` };
    }
    if (fit.missing.length) {
      return { kind: "narrower group", holds: "if", words: `narrower group, more is needed: ${fit.missing.map((missing) => this.need(missing)).join("; ")}` };
    }
    return this.fitting(fit);
  }

  need([condition, stated]) {
    if (stated === undefined) return `applies only if ${this.label(condition)} is there, which is not stated`;
    return `applies only if the ${this.label(stated)} is ${this.label(condition)}; its type is not stated`;
  }

  fitting(fit) {
    const contained = "wider group, which contains this patient";
    const untyped = fit.met.filter(([condition, disease]) => condition !== disease && condition !== this.data.disease);
    if (untyped.length) {
      const types = untyped.map(([condition]) => `type of ${this.label(condition)}`).join(" and ");
      return { kind: "type not stated", holds: "yes", words: `${contained}; ${types} not stated in this report` };
    }
    if (this.groups.isWider(fit.group, this.profile.has)) return { kind: "wider group", holds: "yes", words: contained };
    return { kind: "same group", holds: "yes", words: "same group" };
  }

  // The section of a fact that speaks of this patient, and remarks on it.
  side(fact) {
    const remarks = fact.remarks ?? [], terms = fact.terms ?? [];
    if (fact.asks === "diseases" && !terms.some((disease) => this.concerns(disease))) return [this.section.said, ["a disease that is not stated of this patient"]];
    if (fact.asks === "lean") return this.shift(terms[0]);
    if (fact.asks === "factors") return [fact.section, [...remarks, ...terms.map((factor) => this.known(factor))]];
    return [fact.section, remarks];
  }

  concerns(disease) {
    return this.profile.has.some((own) => this.groups.isA(own, disease) || this.groups.isA(disease, own));
  }

  // A shift argues only where an arm is taken to dominate in a group that the patient fits; never as an efficacy.
  shift(pointsTo) {
    const arms = this.leaning;
    if (!arms.length) return [this.section.lean, []];
    if (arms.length > 1) return [this.section.undetermined, [`${arms.map(this.label).join(" and ")} are both taken to dominate`]];
    return [arms.includes(pointsTo) ? this.section.balanceAgainst : this.section.balanceFor, ["says nothing of efficacy"]];
  }

  // What the profile says of a factor that is said to tell who responds.
  known(factor) {
    const { labs, has, lacks } = this.profile, name = `of this patient: ${this.label(factor)}`;
    if (labs.has(factor)) return `${name} ${labs.get(factor)}`;
    if (has.some((disease) => this.groups.isA(disease, factor))) return `${name} is stated`;
    if (lacks.some((disease) => this.groups.isA(factor, disease))) return `${name} is said to be absent`;
    return `${name} is not stated`;
  }
}

function keys(facts) { return facts.map((fact) => `[${fact.record.key}]`).join(", "); }
