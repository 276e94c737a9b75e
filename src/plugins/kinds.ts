// The kinds of plugins: what each must have, its template, where it is named.

// The files' texts, not what they export.
import ipScheduler from "../../fixtures/plugins/ip_scheduler.ts" with { type: "text" };
import ipWhitelist from "../../fixtures/plugins/ip_whitelist.ts" with { type: "text" };
// @ts-expect-error The file's text, not its types.
import middlewareContract from "../object-store/pipeline/plugin-contract.ts" with { type: "text" };
// @ts-expect-error The file's text, not its types.
import contract from "./contract.d.ts" with { type: "text" };

export interface PluginKind {
  name: "scheduler" | "filter" | "weigher" | "middleware";
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

/** What a file seems to be, from its text: the words each kind must have. */
export function guessKind(text: string): PluginKind {
  const found = PLUGIN_KINDS.find(
    ({ duty }) => duty.length > 0 && duty.every((word) => new RegExp(`\\b${word}\\b`).test(text)),
  );
  return found ?? kindOf("middleware")!;
}
