// The kinds of plugins: what each must have, its template, where it is named.

// The files' texts, not what they export.
import ipScheduler from "../../fixtures/plugins/ip_scheduler.ts" with { type: "text" };
import ipWhitelist from "../../fixtures/plugins/ip_whitelist.ts" with { type: "text" };
// @ts-expect-error The file's text, not its types.
import middlewareContract from "../object-store/pipeline/plugin-contract.ts" with { type: "text" };
// @ts-expect-error The file's text, not its types.
import contract from "./contract.d.ts" with { type: "text" };

export interface PluginKind {
  name: "scheduler" | "filter" | "weigher" | "api" | "listener" | "middleware";
  /** Which service loads it. */
  window: string;
  summary: string;
  /** Functions its object must have; none: the file exports a factory. */
  duty: readonly string[];
  /** How it is put to use. */
  use(name: string): string;
  template(name: string): string;
  types: { file: string; text: string };
}

const TYPES = { file: "contract.d.ts", text: contract as string };
const MIDDLEWARE_TYPES = { file: "middleware.d.ts", text: middlewareContract as string };

export const PLUGIN_KINDS: readonly PluginKind[] = [
  {
    name: "scheduler",
    window: "n-sch",
    summary: "chooses the host of every server",
    duty: ["scheduleRunInstance", "schedulePrepResize"],
    use: (name) => `SCHEDULER_DRIVER=${name}, then: stack restart n-sch`,
    template: (
      name,
    ) => `// A scheduler: ${name}. Every server of a request is sent to a host, or given an error.
//
//   SCHEDULER_DRIVER=${name}     in stackrc, then: stack restart n-sch
//
// It imports types only; what it needs is handed in as the last argument. Its lines are in the n-sch window.

import type { PluginContext, PrepResize, RunInstance, SchedulerDriver, SchedulerTools } from "./contract.d.ts";

export default class Scheduler implements SchedulerDriver {
  /** The first host that is up. Change this: look at context.remoteAddress, at names, at await tools.hosts(). */
  choose(context: PluginContext, tools: SchedulerTools): string {
    const [host] = tools.hostsUp(context.elevated(), "compute");
    if (host === undefined) throw new tools.NoValidHost("no host is up");
    tools.log.debug(\`Request from \${context.remoteAddress} scheduled to \${host}\`);
    return host;
  }

  scheduleRunInstance(context: PluginContext, { requestSpec }: RunInstance, tools: SchedulerTools): void {
    for (const uuid of requestSpec.instance_uuids) {
      try {
        tools.runInstance(context, { instance: { uuid }, host: this.choose(context, tools), requestSpec });
      } catch (error) {
        // Each server of the request gets its own host or its own error.
        tools.handleScheduleError(context, error, uuid, requestSpec);
      }
    }
  }

  schedulePrepResize(context: PluginContext, move: PrepResize, tools: SchedulerTools): void {
    tools.prepResize(context, { instance: move.instance, host: this.choose(context, tools) });
  }
}
`,
    types: TYPES,
  },
  {
    name: "filter",
    window: "n-sch",
    summary: "says of each host whether a server may go there",
    duty: ["passes"],
    use: (name) => `add ${name} to SCHEDULER_FILTERS, then: stack restart n-sch`,
    template: (name) => `// A scheduler filter: ${name}. True lets the host through.
//
//   SCHEDULER_FILTERS="...,${name}"     in stackrc, then: stack restart n-sch

import type { HostFacts, PlacementRequest, PluginTools, SchedulerFilter } from "./contract.d.ts";

const filter: SchedulerFilter = {
  passes(host: HostFacts, request: PlacementRequest, tools: PluginTools): boolean {
    // At most ten servers on a host.
    const room = host.num_instances < 10;
    if (!room) tools.log.debug(\`\${host.host} has \${host.num_instances} servers, too many for \${request.context.projectName}\`);
    return room;
  },
};

export default filter;
`,
    types: TYPES,
  },
  {
    name: "weigher",
    window: "n-sch",
    summary: "says which of the hosts is the best",
    duty: ["weigh"],
    use: (name) => `add ${name} to SCHEDULER_WEIGHERS, then: stack restart n-sch`,
    template: (name) => `// A weigher: ${name}. The more, the better; brought between 0 and 1 over all hosts.
//
//   SCHEDULER_WEIGHERS="...,${name}"     in stackrc, then: stack restart n-sch

import type { HostFacts, SchedulerWeigher } from "./contract.d.ts";

const weigher: SchedulerWeigher = {
  /** How much it counts beside the others. */
  multiplier: 1,
  weigh(host: HostFacts): number {
    // Emptier hosts first.
    return -host.num_instances;
  },
};

export default weigher;
`,
    types: TYPES,
  },
  {
    name: "api",
    window: "any with an API",
    summary: "sees every request to a service, and may answer in its place",
    duty: ["request"],
    use: (name) => `API_MIDDLEWARE=n-api:${name}, then: stack restart n-api`,
    template: (
      name,
    ) => `// API middleware: ${name}. It sees each request before the service does, and is told how it was answered.
//
//   API_MIDDLEWARE=n-api:${name}     in stackrc, then: stack restart n-api. Any window with an API: key, g-api, q-svc ...

import type { ApiMiddleware, ApiReply, ApiRequest, PluginTools } from "./contract.d.ts";

const middleware: ApiMiddleware = {
  request(request: ApiRequest, tools: PluginTools): ApiReply | undefined {
    // Nothing lets it through; an answer ends it here.
    if (request.method === "DELETE" && request.headers["x-really"] === undefined) {
      tools.log.info(\`\${request.remoteAddress} may not delete \${request.path}\`);
      return { status: 403, body: { forbidden: { code: 403, message: "Nothing is deleted here" } } };
    }
    return undefined;
  },

  answered(request: ApiRequest, { status, seconds }: { status: number; seconds: number }, tools: PluginTools): void {
    if (seconds > 1) tools.log.warning(\`\${request.method} \${request.path} took \${seconds.toFixed(1)} s: \${status}\`);
  },
};

export default middleware;
`,
    types: TYPES,
  },
  {
    name: "listener",
    window: "stack",
    summary: "is told of everything that happens: servers, volumes, images, users",
    duty: ["notified"],
    use: (name) => `NOTIFICATION_LISTENERS=${name}, when the cloud is started`,
    template: (
      name,
    ) => `// A notification listener: ${name}. Told of every notification of the services, one after the other.
//
//   NOTIFICATION_LISTENERS=${name}     in stackrc, when the cloud is started; saved again, it is read again.

import type { NotificationListener, NotificationMessage, PluginTools } from "./contract.d.ts";

const started = new Map<string, number>();

const listener: NotificationListener = {
  notified({ event_type, payload, timestamp }: NotificationMessage, tools: PluginTools): void {
    // How long boots take.
    const at = Date.parse(timestamp);
    if (event_type === "compute.instance.create.start") started.set(payload.instance_id, at);
    if (event_type !== "compute.instance.create.end") return;
    const ms = at - (started.get(payload.instance_id) ?? at);
    started.delete(payload.instance_id);
    tools.log.info(\`\${payload.display_name} was built in \${ms} ms\`);
  },
};

export default listener;
`,
    types: TYPES,
  },
  {
    name: "middleware",
    window: "swift",
    summary: "sees every request of the object store, and its answer",
    duty: [],
    use: (name) => `put ${name} into SWIFT_PIPELINE, then: stack restart swift`,
    template: (
      name,
    ) => `// Middleware of the object store: ${name}. It sees each request before the rest of the pipeline, and the answer after.
//
//   [[post-config|/etc/swift/proxy-server.conf]]       in stackrc, then: stack restart swift
//   [filter:${name}]
//   deny_message = Nothing is deleted here
//   [pipeline:main]
//   pipeline = catch_errors healthcheck ${name} authtoken keystoneauth proxy-logging proxy-server

import type { MiddlewareFactory } from "./middleware.d.ts";

const factory: MiddlewareFactory = (next, conf, tools) => {
  const message = conf.get("deny_message") ?? "Nothing is deleted here";

  return async (request) => {
    if (request.method === "DELETE" && request.header("x-really") === null) {
      tools.log.info(request, \`\${request.env.remoteAddress} may not delete \${request.path}\`);
      return tools.respond(403, message);
    }
    return next(request);
  };
};

export default factory;
`,
    types: MIDDLEWARE_TYPES,
  },
];

/** The classics of the courses, whole. Name → text, with the types beside it. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  ip_scheduler: (ipScheduler as unknown as string).replace(
    /"[^"]*plugins\/contract\.d\.ts"/,
    '"./contract.d.ts"',
  ),
  ip_whitelist: (ipWhitelist as unknown as string).replace(
    /"[^"]*plugin-contract\.ts"/,
    '"./middleware.d.ts"',
  ),
};

export function kindOf(name: string): PluginKind | undefined {
  return PLUGIN_KINDS.find((kind) => kind.name === name);
}

/** What a file seems to be: which functions its text makes. */
export function guessKind(text: string): PluginKind {
  const makes = (word: string) =>
    new RegExp(`\\b${word}\\s*(\\(|:\\s*(async\\s*)?(\\(|function\\b|\\w+\\s*=>))`).test(text);
  return PLUGIN_KINDS.find(({ duty }) => duty.length > 0 && duty.every(makes)) ?? kindOf("middleware")!;
}
