// `stack policy`, on the side of the running cloud: who may do what and why, and which rules are in force.

import { computePublic } from "./compute/public.ts";
import { adminContext, makeContext, type RequestContext } from "./core/context.ts";
import { CloudError, Invalid, messageOf, NotFound } from "./core/errors.ts";
import type { Ids } from "./core/ids.ts";
import type { Peers } from "./core/peers.ts";
import { tokenValidator } from "./http/auth.ts";
import { identityPublic } from "./identity/public.ts";
import { imagePublic } from "./image/public.ts";
import { scopeOf } from "./policy/credentials.ts";
import type { PolicyAnswer, PolicyDesk, PolicyQuestion, PolicyRow, PolicyService } from "./policy/desk.ts";
import { explain } from "./policy/explain.ts";
import { textOf } from "./policy/parse.ts";
import { volumePublic } from "./volume/public.ts";

interface World {
  services(): readonly PolicyService[];
  peers: Peers;
  ids: Ids;
}

export function policyDesk(world: World): PolicyDesk {
  return {
    answer: (question) => answerQuestion(world, question),
    rows: (service) => policyRows(world, service),
  };
}

function answerQuestion(world: World, question: PolicyQuestion): PolicyAnswer {
  const service = serviceOf(world, question);
  const { policy } = service;
  const context = policy.withAdmin(subjectOf(world, question));
  const target = targetFor(world, question.target, context);
  // Neutron's name for the same.
  if (service.project === "neutron") target["tenant_id"] ??= target["project_id"];
  const successors = policy.has(question.rule) ? [] : policy.successors(question.rule);
  const rules = successors.length > 0 ? successors : [question.rule];
  const decisions = rules.map((rule) => explain(policy, rule, target, context));
  return {
    allowed: decisions.every(({ allowed }) => allowed),
    service: service.project,
    decisions,
    subject: {
      userId: context.userId,
      userName: context.userName,
      scope: scopeText(context),
      roles: context.roles,
      isAdmin: context.isAdmin,
    },
    target,
    switches: policy.switches,
  };
}

function policyRows(world: World, name?: string): PolicyRow[] {
  const services = world.services();
  const chosen = name === undefined ? services : [byName(services, name)];
  return chosen.flatMap(({ project, policy }) =>
    policy.rules().map(({ name, expression, source, declared }) => ({
      service: project,
      name,
      text: textOf(expression),
      source: source.kind === "file" ? `${source.file}:${source.line}` : source.kind,
      description: declared?.description ?? "",
      check: declared?.check ?? null,
      legacy: declared?.legacy ?? null,
      scopes: declared?.scopes ?? [],
      formerly: declared?.formerly ?? [],
    })),
  );
}

function byName(services: readonly PolicyService[], name: string): PolicyService {
  const found = services.find(({ names }) => names.has(name));
  if (!found) throw new NotFound(`no service with a policy is called ${name}`);
  return found;
}

function serviceOf(world: World, { rule, service }: PolicyQuestion): PolicyService {
  const services = world.services();
  if (service !== undefined) return byName(services, service);
  const owners = services.filter(({ policy }) => policy.has(rule) || policy.inForce(rule)?.name === rule);
  const found =
    owners.length > 0 ? owners : services.filter(({ policy }) => policy.successors(rule).length > 0);
  if (found.length === 1) return found[0]!;
  const names = found.map(({ project }) => project).join(", ");
  throw new Invalid(
    found.length === 0
      ? `no service knows a rule ${rule}; with --service it is asked as its rule default`
      : `the rule ${rule} is one of ${names}; say which with --service`,
  );
}

function subjectOf({ peers, ids }: World, { token, user, ...scope }: PolicyQuestion): RequestContext {
  const requestId = ids.requestId();
  if (token !== undefined) {
    const facts = peers.get(tokenValidator).validate(token);
    if (!facts) throw new NotFound("the token is not valid");
    return { ...makeContext({ requestId }), ...facts };
  }
  if (user === undefined) throw new Invalid("whose rights? Name a user or give a token");
  return { ...makeContext({ requestId }), ...peers.get(identityPublic).subject({ ...scope, user }) };
}

function scopeText(context: RequestContext): string {
  const scope = scopeOf(context);
  if (scope === "system") return "system";
  if (scope === "domain") return `domain ${context.domainName}`;
  return context.projectId === null ? "none" : `project ${context.projectName}`;
}

/** What the rules are asked about. Without a word: the caller's own project, as for calls that create or list. */
function targetFor(world: World, words: readonly string[], context: RequestContext): Record<string, unknown> {
  const own = { project_id: context.projectId, user_id: context.userId };
  let target: Record<string, unknown> = words.length === 0 ? own : {};
  for (const word of words) {
    const at = word.indexOf("=");
    const more = at > 0 ? { [word.slice(0, at)]: word.slice(at + 1) } : resource(world, word, context);
    target = { ...target, ...more };
  }
  return target;
}

/** The facts of whatever has this id. @throws NotFound */
function resource({ peers, ids }: World, id: string, context: RequestContext): Record<string, unknown> {
  const system = adminContext(ids.requestId());
  const server = peers.find(computePublic)?.instance(id);
  if (server) return { project_id: server.projectId, user_id: server.userId };
  const volume = attempt(() => peers.find(volumePublic)?.show(system, id));
  if (volume) return { project_id: volume.projectId };
  const image = attempt(() => peers.find(imagePublic)?.show(system, id));
  if (image) {
    const { owner, visibility } = image;
    const member = visibility === "shared" && owner !== context.projectId ? context.projectId : null;
    return { project_id: owner, owner, visibility, member_id: member, member };
  }
  const identity = peers.find(identityPublic);
  const project = identity?.project(id);
  if (project) {
    const { domainId } = project;
    return {
      project_id: id,
      domain_id: domainId,
      "target.project.id": id,
      "target.project.domain_id": domainId,
    };
  }
  const user = identity?.user(id);
  if (user) {
    const { domainId } = user;
    return { user_id: id, domain_id: domainId, "target.user.id": id, "target.user.domain_id": domainId };
  }
  throw new NotFound(`there is no server, volume, image, project or user ${id}; give KEY=VALUE instead`);
}

/** Null for what is not there. */
function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof CloudError && error.kind === "not-found") return null;
    throw new NotFound(messageOf(error), { cause: error });
  }
}
