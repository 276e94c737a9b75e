// /allocation_candidates. Authority: placement/handlers/allocation_candidate.py and placement/lib.py of Zed.

import type { Clock } from "../../core/clock.ts";
import { pyRepr } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import type { Call, Reply } from "../../http/call.ts";
import { type AllocationRequest, findCandidates, type RequestGroup } from "../candidates.ts";
import {
  ILLEGAL_DUPLICATE_QUERYPARAM,
  PlacementError,
  QUERYPARAM_BAD_VALUE,
  QUERYPARAM_MISSING_VALUE,
  ResourceClassNotFound,
  TraitNotFound,
} from "../errors.ts";
import type { Placement } from "../manager.ts";
import type { IndexState } from "../provider-index.ts";
import { parseInTree, parseMemberOf, parseRequired, parseResources, parseTraits } from "./query.ts";
import { show } from "./respond.ts";
import { listCandidates } from "./schemas.ts";
import { summaryView } from "./views.ts";

/** A group as the client wrote it. */
interface GroupText {
  suffix: string;
  resources: Map<string, number>;
  required: Set<string>[];
  forbidden: Set<string>;
  memberOf: Set<string>[];
  forbiddenAggregates: Set<string>;
  inTree: string | null;
}

const bad = (message: string, code?: string) => new PlacementError("invalid", message, code);

const NESTED_SINCE = 29;
const MAPPINGS_SINCE = 34;
const SUBTREES_SINCE = 36;
const DICT_SINCE = 12;

export function candidateRoutes({ providers, settings }: Placement, clock: Clock): Route[] {
  function list(call: Call): Reply {
    const state = providers.state();
    const root = rootTraits(call);
    const sameSubtrees = subtrees(call);
    const texts = groupTexts(call);
    checkGroups(call, texts, sameSubtrees);
    const policy = call.query.getAll("group_policy")[0] ?? null;
    if (policy === null && texts.filter(({ suffix }) => suffix !== "").length > 1) {
      throw bad(
        'The "group_policy" parameter is required when specifying more than one "resources{N}" parameter.',
      );
    }
    const groups = texts.map((text) => resolve(state, text));
    const limit = call.query.getAll("limit")[0];
    const { requests, summaries } = findCandidates(state, {
      groups,
      limit: limit === undefined ? null : Number(limit),
      isolate: policy === "isolate",
      rootRequired: new Set([...root.required].map((name) => traitId(state, name))),
      rootForbidden: new Set([...root.forbidden].map((name) => traitId(state, name))),
      sameSubtrees,
      nestedAware: call.minor >= NESTED_SINCE,
      ...(settings.randomize ? { shuffle } : {}),
    });
    const requested = new Set(groups.flatMap((group) => [...group.resources.keys()]));
    const view = {
      allocation_requests: requests.map((request) => requestView(call, state, request)),
      provider_summaries: Object.fromEntries(
        summaries.map((provider) => [provider.uuid, summaryView(call, state, provider, requested)]),
      ),
    };
    return show(call, view, clock.now());
  }

  return [
    {
      method: "GET",
      path: "/allocation_candidates",
      handler: list,
      access: "placement:allocation_candidates:list",
      query: listCandidates,
      since: 10,
    },
  ];
}

function requestView(call: Call, state: IndexState, request: AllocationRequest): Record<string, unknown> {
  const byProvider: Record<string, { resources: Record<string, number> }> = {};
  for (const { provider, classId, amount } of request.takings) {
    byProvider[provider.uuid] ??= { resources: {} };
    byProvider[provider.uuid]!.resources[state.classes.name(classId)] = amount;
  }
  if (call.minor < DICT_SINCE) {
    const allocations = Object.entries(byProvider).map(([uuid, { resources }]) => ({
      resource_provider: { uuid },
      resources,
    }));
    return { allocations };
  }
  if (call.minor < MAPPINGS_SINCE) return { allocations: byProvider };
  const mappings = Object.fromEntries(
    [...request.mappings].map(([suffix, those]) => [suffix, [...those].map(({ uuid }) => uuid)]),
  );
  return { allocations: byProvider, mappings };
}

/** The groups, in the order in which their first parameter stands in the query. */
function groupTexts(call: Call): GroupText[] {
  const suffixPattern = call.minor >= 33 ? "[a-zA-Z0-9_-]{1,64}" : "[1-9][0-9]*";
  const pattern = new RegExp(`^(resources|required|member_of|in_tree)(${suffixPattern})?$`);
  const groups = new Map<string, GroupText>();
  for (const [key, value] of call.query) {
    const m = pattern.exec(key);
    if (!m) continue;
    const suffix = m[2] ?? "";
    const group: GroupText = groups.get(suffix) ?? {
      suffix,
      resources: new Map(),
      required: [],
      forbidden: new Set(),
      memberOf: [],
      forbiddenAggregates: new Set(),
      inTree: null,
    };
    groups.set(suffix, group);
    if (m[1] === "resources") group.resources = parseResources(value);
    else if (m[1] === "required") Object.assign(group, parseRequired(call, suffix));
    else if (m[1] === "member_of") {
      const { memberOf, forbidden } = parseMemberOf(call, suffix);
      group.memberOf = memberOf;
      group.forbiddenAggregates = forbidden;
    } else group.inTree = parseInTree(value);
  }
  return [...groups.values()];
}

function checkGroups(
  call: Call,
  groups: readonly GroupText[],
  sameSubtrees: readonly ReadonlySet<string>[],
): void {
  const empty = groups.filter((group) => group.resources.size === 0);
  if (call.minor >= SUBTREES_SINCE) {
    const suffixes = groups.map((group) => group.suffix);
    const inSubtrees = [...new Set(sameSubtrees.flatMap((set) => [...set]))];
    if (empty.length === groups.length) {
      throw bad("There must be at least one resources or resources[$S] parameter.", QUERYPARAM_MISSING_VALUE);
    }
    const lonely = empty.map(({ suffix }) => suffix).filter((suffix) => !inSubtrees.includes(suffix));
    if (lonely.length > 0) {
      throw bad(
        `Resourceless suffixed group request should be specified in \`same_subtree\` query param: bad group(s) - ${pyRepr(lonely)}.`,
        QUERYPARAM_BAD_VALUE,
      );
    }
    const unreal = inSubtrees.filter((suffix) => !suffixes.includes(suffix));
    if (unreal.length > 0) {
      throw bad(
        `Real suffixes should be specified in \`same_subtree\`: ${pyRepr(unreal)} not found in ${pyRepr(suffixes)}.`,
        QUERYPARAM_BAD_VALUE,
      );
    }
  } else refuseOrphans(groups, empty);
  if (call.minor >= 22) refuseConflicts(groups);
}

function refuseOrphans(groups: readonly GroupText[], empty: readonly GroupText[]): void {
  const traits = empty.filter((group) => group.required.length > 0).map((group) => `required${group.suffix}`);
  if (traits.length > 0) {
    throw bad(
      `All traits parameters must be associated with resources.  Found the following orphaned traits keys: ${traits.join(", ")}`,
    );
  }
  const members = empty
    .filter((group) => group.memberOf.length > 0 || group.forbiddenAggregates.size > 0)
    .map((group) => `member_of${group.suffix}`);
  if (members.length > 0) {
    throw bad(
      `All member_of parameters must be associated with resources. Found the following orphaned member_of keys: ${members.join(", ")}`,
    );
  }
  if (empty.length > 0) throw bad("All request groups must specify resources.");
  if (groups.length === 0)
    throw bad("At least one request group (`resources` or `resources{$S}`) is required.");
}

function refuseConflicts(groups: readonly GroupText[]): void {
  const conflicts = groups.flatMap((group) =>
    group.required
      .filter((any) => [...any].every((name) => group.forbidden.has(name)))
      .map((any) => `required${group.suffix}: (${[...any].sort().join(", ")})`),
  );
  if (conflicts.length === 0) return;
  throw bad(
    `Conflicting required and forbidden traits found in the following traits keys: ${conflicts.sort().join(", ")}`,
  );
}

function rootTraits(call: Call): { required: Set<string>; forbidden: Set<string> } {
  const values = call.query.getAll("root_required");
  const [value] = values;
  if (value === undefined) return { required: new Set(), forbidden: new Set() };
  if (values.length > 1) {
    throw bad("Query parameter 'root_required' may be specified only once.", ILLEGAL_DUPLICATE_QUERYPARAM);
  }
  const { required, forbidden } = parseTraits(value, true, false);
  const names = new Set(required.flatMap((any) => [...any]));
  const conflicts = [...forbidden].filter((name) => names.has(name));
  if (conflicts.length > 0) {
    throw bad(
      `Conflicting required and forbidden traits found in root_required: ${conflicts.join(", ")}`,
      QUERYPARAM_BAD_VALUE,
    );
  }
  return { required: names, forbidden };
}

function subtrees(call: Call): Set<string>[] {
  return call.query.getAll("same_subtree").map((value) => {
    const suffixes = new Set(value.split(",").map((suffix) => suffix.trim()));
    if (suffixes.has("")) {
      throw bad(
        "Empty string (unsuffixed group) can not be specified in `same_subtree` ",
        QUERYPARAM_BAD_VALUE,
      );
    }
    return suffixes;
  });
}

function resolve(state: IndexState, text: GroupText): RequestGroup {
  const resources = new Map<number, number>();
  for (const [name, amount] of text.resources) {
    const id = state.classes.byName.get(name);
    if (id === undefined) {
      const { message } = new ResourceClassNotFound(name);
      throw bad(`Invalid resource class in resources parameter: ${message}`);
    }
    resources.set(id, amount);
  }
  return {
    suffix: text.suffix,
    resources,
    requiredTraits: text.required.map((any) => new Set([...any].map((name) => traitId(state, name)))),
    forbiddenTraits: new Set([...text.forbidden].map((name) => traitId(state, name))),
    memberOf: text.memberOf,
    forbiddenAggregates: text.forbiddenAggregates,
    inTree: text.inTree,
  };
}

function traitId(state: IndexState, name: string): number {
  const id = state.traits.byName.get(name);
  if (id === undefined) throw bad(new TraitNotFound(name).message);
  return id;
}

/** Fisher and Yates. */
function shuffle(answers: AllocationRequest[]): AllocationRequest[] {
  const mixed = [...answers];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}
