// Which providers could satisfy a request. Authority: placement/objects/{allocation_candidate,research_context}.py of
// Zed, whose results are reproduced; the search itself runs over the index in memory.
//
// A request has groups. A group with a suffix is satisfied by one provider. The group without a suffix may spread its
// classes over a tree and over the providers that share with the tree through an aggregate. Every answer is anchored
// at the root of one tree, so the answers of the groups are combined per anchor.

import { capacityOf, hasRoom, type IndexState, type Provider } from "./provider-index.ts";
import { SHARES_VIA_AGGREGATE } from "./standards.ts";

export interface RequestGroup {
  /** Empty for the group that may spread. */
  suffix: string;
  /** By class id. */
  resources: ReadonlyMap<number, number>;
  /** Trait ids: one of each entry. */
  requiredTraits: readonly ReadonlySet<number>[];
  forbiddenTraits: ReadonlySet<number>;
  /** Aggregate UUIDs: one of each entry. */
  memberOf: readonly ReadonlySet<string>[];
  forbiddenAggregates: ReadonlySet<string>;
  /** Only from the tree of this provider. */
  inTree: string | null;
}

export interface CandidateRequest {
  groups: readonly RequestGroup[];
  limit: number | null;
  /** Groups with a suffix must be satisfied by different providers. */
  isolate: boolean;
  rootRequired: ReadonlySet<number>;
  rootForbidden: ReadonlySet<number>;
  /** Suffixes whose providers must lie below one of themselves. */
  sameSubtrees: readonly ReadonlySet<string>[];
  /** False before 1.29: one provider per tree. */
  nestedAware: boolean;
  /** Orders the answers before the limit applies. */
  shuffle?(answers: AllocationRequest[]): AllocationRequest[];
}

export interface AllocationRequest {
  anchor: Provider;
  takings: { provider: Provider; classId: number; amount: number }[];
  /** By suffix: the providers that satisfy it. */
  mappings: ReadonlyMap<string, ReadonlySet<Provider>>;
}

export interface Candidates {
  requests: AllocationRequest[];
  /** Every provider of the trees that occur. */
  summaries: Provider[];
}

const NOTHING: Candidates = { requests: [], summaries: [] };

export function findCandidates(state: IndexState, request: CandidateRequest): Candidates {
  const search = new Search(state, request);
  const found: AllocationRequest[][] = [];
  for (const group of request.groups) {
    const answers = search.answersTo(group);
    if (answers.length === 0) return NOTHING;
    found.push(answers);
  }
  let requests = search.merge(found);
  if (!request.nestedAware && state.nested > 0) requests = requests.filter(onePerTree);
  if (request.shuffle) requests = request.shuffle(requests);
  if (request.limit !== null) requests = requests.slice(0, request.limit);
  const oldStyle = !request.nestedAware && state.nested > 0;
  return { requests, summaries: oldStyle ? mentioned(requests) : wholeTrees(state, requests) };
}

class Search {
  #state: IndexState;
  #request: CandidateRequest;
  #sharing: Provider[];

  constructor(state: IndexState, request: CandidateRequest) {
    this.#state = state;
    this.#request = request;
    const trait = state.traits.byName.get(SHARES_VIA_AGGREGATE);
    this.#sharing =
      trait === undefined ? [] : [...state.providers.values()].filter((each) => each.traits.has(trait));
  }

  answersTo(group: RequestGroup): AllocationRequest[] {
    const spread = group.suffix === "" && (this.#sharing.length > 0 || this.#state.nested > 0);
    return spread ? this.#overTrees(group) : this.#byOneProvider(group);
  }

  /** Everything from one provider. */
  #byOneProvider(group: RequestGroup): AllocationRequest[] {
    const tree = this.#treeOf(group);
    if (tree === "none") return [];
    const answers: AllocationRequest[] = [];
    for (const provider of this.#state.providers.values()) {
      if (tree !== null && provider.rootId !== tree) continue;
      if (!this.#suits(group, provider)) continue;
      const takings = [...group.resources].map(([classId, amount]) => ({ provider, classId, amount }));
      const mappings = new Map([[group.suffix, new Set([provider])]]);
      const root = this.#state.root(provider);
      const anchors = new Set([root]);
      if (this.#sharing.includes(provider))
        for (const anchor of this.#anchorsOf(provider)) anchors.add(anchor);
      for (const anchor of anchors) {
        if (this.#isAnchor(anchor)) answers.push({ anchor, takings, mappings });
      }
    }
    return answers;
  }

  #suits(group: RequestGroup, provider: Provider): boolean {
    for (const [classId, amount] of group.resources) if (!hasRoom(provider, classId, amount)) return false;
    return (
      group.requiredTraits.every((any) => intersects(any, provider.traits)) &&
      !intersects(group.forbiddenTraits, provider.traits) &&
      inAggregates(group, provider) &&
      !intersects(group.forbiddenAggregates, provider.aggregates)
    );
  }

  /** Each class from any provider of a tree, or from one that shares with the tree. */
  #overTrees(group: RequestGroup): AllocationRequest[] {
    const tree = this.#treeOf(group);
    if (tree === "none") return [];
    // By root: for each class, in the order of the class ids, the providers that could give it.
    const offers = new Map<Provider, Map<number, Set<Provider>>>();
    const offer = (root: Provider, classId: number, provider: Provider) => {
      if (!this.#isAnchor(root) || !this.#belongs(group, provider, root)) return;
      const classes = offers.get(root) ?? new Map<number, Set<Provider>>();
      offers.set(root, classes);
      const providers = classes.get(classId) ?? new Set<Provider>();
      classes.set(classId, providers.add(provider));
    };
    const classIds = [...group.resources.keys()].sort((a, b) => a - b);
    for (const classId of classIds) {
      const amount = group.resources.get(classId) ?? 0;
      for (const provider of this.#state.providers.values()) {
        if (tree !== null && provider.rootId !== tree) continue;
        if (hasRoom(provider, classId, amount)) offer(this.#state.root(provider), classId, provider);
      }
      if (tree !== null) continue;
      for (const provider of this.#sharing) {
        if (!hasRoom(provider, classId, amount)) continue;
        if (!inAggregates(group, provider)) continue;
        for (const anchor of this.#anchorsOf(provider)) offer(anchor, classId, provider);
      }
    }
    const answers: AllocationRequest[] = [];
    for (const [anchor, classes] of offers) {
      if (classes.size < classIds.length) continue;
      const choices = classIds.map((id) => [...(classes.get(id) ?? [])]);
      for (const combination of product(choices)) {
        if (!collectivelyHave(group, combination)) continue;
        const takings = combination.map((provider, i) => {
          const classId = classIds[i] ?? 0;
          return { provider, classId, amount: group.resources.get(classId) ?? 0 };
        });
        answers.push({ anchor, takings, mappings: new Map([[group.suffix, new Set(combination)]]) });
      }
    }
    return answers;
  }

  /** For a group that spreads, membership of the root counts for the tree. */
  #belongs(group: RequestGroup, provider: Provider, root: Provider): boolean {
    if (!inAggregates(group, provider) && !inAggregates(group, root)) return false;
    return (
      !intersects(group.forbiddenAggregates, provider.aggregates) &&
      !intersects(group.forbiddenAggregates, root.aggregates)
    );
  }

  /** Roots of the trees that share an aggregate with a sharing provider. */
  #anchorsOf(sharing: Provider): Set<Provider> {
    const anchors = new Set<Provider>();
    for (const provider of this.#state.providers.values()) {
      if (intersects(sharing.aggregates, provider.aggregates)) anchors.add(this.#state.root(provider));
    }
    return anchors;
  }

  #isAnchor(root: Provider): boolean {
    const { rootRequired, rootForbidden } = this.#request;
    for (const trait of rootRequired) if (!root.traits.has(trait)) return false;
    return !intersects(rootForbidden, root.traits);
  }

  #treeOf(group: RequestGroup): number | null | "none" {
    if (group.inTree === null) return null;
    return this.#state.byUuid.get(group.inTree)?.rootId ?? "none";
  }

  /** One answer of every group, for every anchor that has answers to all of them. */
  merge(found: readonly AllocationRequest[][]): AllocationRequest[] {
    const byAnchor = new Map<Provider, AllocationRequest[][]>();
    found.forEach((answers, i) => {
      for (const answer of answers) {
        const lists = byAnchor.get(answer.anchor) ?? found.map(() => []);
        byAnchor.set(answer.anchor, lists);
        lists[i]?.push(answer);
      }
    });
    const merged = new Map<string, AllocationRequest>();
    for (const lists of byAnchor.values()) {
      if (lists.some((list) => list.length === 0)) continue;
      for (const combination of product(lists)) {
        if (!this.#isolated(combination) || !this.#inSubtrees(combination)) continue;
        const answer = consolidate(combination);
        if (!answer.takings.every(fits)) continue;
        const key = keyOf(answer);
        if (!merged.has(key)) merged.set(key, answer);
      }
    }
    return [...merged.values()];
  }

  #isolated(combination: readonly AllocationRequest[]): boolean {
    if (!this.#request.isolate) return true;
    const providers = combination.flatMap(({ mappings }) =>
      [...mappings].filter(([suffix]) => suffix !== "").map(([, [provider]]) => provider),
    );
    return new Set(providers).size === providers.length;
  }

  #inSubtrees(combination: readonly AllocationRequest[]): boolean {
    return this.#request.sameSubtrees.every((suffixes) => {
      const providers = new Set<Provider>();
      for (const { mappings } of combination) {
        for (const [suffix, those] of mappings) {
          if (suffixes.has(suffix)) for (const provider of those) providers.add(provider);
        }
      }
      if (providers.size <= 1) return true;
      return [...providers].some((top) => [...providers].every((provider) => this.#isBelow(provider, top)));
    });
  }

  #isBelow(provider: Provider, top: Provider): boolean {
    const seen = new Set<Provider>();
    for (let at: Provider | null = provider; at && !seen.has(at); at = this.#state.parent(at)) {
      if (at === top) return true;
      seen.add(at);
    }
    return false;
  }
}

function inAggregates(group: RequestGroup, provider: Provider): boolean {
  return group.memberOf.every((any) => intersects(any, provider.aggregates));
}

/** Required traits may be spread over the providers; none may have a forbidden one. */
function collectivelyHave(group: RequestGroup, providers: readonly Provider[]): boolean {
  if (providers.some((provider) => intersects(group.forbiddenTraits, provider.traits))) return false;
  return group.requiredTraits.every((any) => providers.some((provider) => intersects(any, provider.traits)));
}

function intersects<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  for (const item of small) if (large.has(item)) return true;
  return false;
}

function* product<T>(lists: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...rest] = lists;
  if (!first) {
    yield [];
    return;
  }
  for (const item of first) for (const tail of product(rest)) yield [item, ...tail];
}

/** Amounts of one class from one provider are added up. */
function consolidate(combination: readonly AllocationRequest[]): AllocationRequest {
  const [only] = combination;
  if (only && combination.length === 1) return only;
  const takings: AllocationRequest["takings"] = [];
  const mappings = new Map<string, Set<Provider>>();
  for (const request of combination) {
    for (const taking of request.takings) {
      const same = takings.find((t) => t.provider === taking.provider && t.classId === taking.classId);
      if (same) same.amount += taking.amount;
      else takings.push({ ...taking });
    }
    for (const [suffix, providers] of request.mappings) {
      mappings.set(suffix, new Set([...(mappings.get(suffix) ?? []), ...providers]));
    }
  }
  return { anchor: only!.anchor, takings, mappings };
}

/** Whether the sum still fits. Unlike a single amount it is not held against `min_unit` and `step_size`. */
function fits({ provider, classId, amount }: AllocationRequest["takings"][number]): boolean {
  const stock = provider.inventories.get(classId);
  if (!stock) return false;
  return (provider.used.get(classId) ?? 0) + amount <= capacityOf(stock) && amount <= stock.maxUnit;
}

function keyOf({ takings, mappings }: AllocationRequest): string {
  const what = takings.map((t) => `${t.provider.id}:${t.classId}:${t.amount}`).sort();
  const who = [...mappings]
    .map(([suffix, those]) => `${suffix}=${[...those].map((p) => p.id).sort()}`)
    .sort();
  return `${what.join()} ${who.join()}`;
}

function onePerTree({ takings }: AllocationRequest): boolean {
  const providers = new Set(takings.map((taking) => taking.provider));
  return new Set([...providers].map((provider) => provider.rootId)).size === providers.size;
}

function mentioned(requests: readonly AllocationRequest[]): Provider[] {
  return [...new Set(requests.flatMap(({ takings }) => takings.map((taking) => taking.provider)))];
}

function wholeTrees(state: IndexState, requests: readonly AllocationRequest[]): Provider[] {
  const providers = mentioned(requests);
  if (state.nested === 0) return providers;
  const roots = new Set(providers.map((provider) => provider.rootId));
  return [...state.providers.values()].filter((provider) => roots.has(provider.rootId));
}
