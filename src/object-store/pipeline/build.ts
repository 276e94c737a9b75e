// Puts the pipeline together from proxy-server.conf: `[pipeline:main] pipeline = ...`, a `[filter:NAME]` section for
// each middleware. What Swift itself insists on is put in when it is missing. A name that means nothing stops the
// service from starting.
// Authority: swift/common/wsgi.py (PipelineWrapper), swift/proxy/server.py (required_filters).

import { existsSync } from "node:fs";
import type { SwiftReply } from "../answers.ts";
import { answer, say } from "../answers.ts";
import type { SwiftRequest } from "../request.ts";
import type { App, BuiltinFilter, Conf, FilterFactory, FilterLog, Tools } from "./contract.ts";
import { accountFacts, containerFacts } from "./facts.ts";
import type { Platform } from "./platform.ts";
import { startPlugin } from "./plugin.ts";

export interface PipelineOptions {
  platform: Platform;
  builtins: readonly BuiltinFilter[];
  /** `pipeline =` of `[pipeline:main]`. */
  names: readonly string[];
  /** The last in the line. */
  proxy(conf: Conf, tools: Tools): App;
  /** Folder in which plugins named without a path are looked for. */
  pluginFolder: string;
  hostAddress: string;
}

export interface Pipeline {
  app: App;
  /** Names in order, with those that were put in. */
  names: string[];
  /** Ends the plugins. */
  stop(): void;
}

const PROXY = "proxy-server";

/** Middleware that must be there, and after which others. */
const REQUIRED: readonly { name: string; after: readonly string[] }[] = [
  { name: "catch_errors", after: [] },
  { name: "gatekeeper", after: ["catch_errors"] },
  { name: "listing_formats", after: ["catch_errors", "gatekeeper", "proxy_logging", "memcache"] },
  {
    name: "copy",
    after: ["staticweb", "tempauth", "keystoneauth", "catch_errors", "gatekeeper", "proxy_logging"],
  },
  {
    name: "dlo",
    after: ["copy", "staticweb", "tempauth", "keystoneauth", "catch_errors", "gatekeeper", "proxy_logging"],
  },
  {
    name: "versioned_writes",
    after: [
      "slo",
      "dlo",
      "copy",
      "staticweb",
      "tempauth",
      "keystoneauth",
      "catch_errors",
      "gatekeeper",
      "proxy_logging",
    ],
  },
];

interface Stage {
  /** As written in the pipeline. */
  name: string;
  /** Swift's entry point; for a plugin its name. */
  entry: string;
  conf: Conf;
  /** `plugin`: its file. */
  make: { builtin: FilterFactory } | { plugin: string };
}

/** @throws Error for a name that is no middleware, or a section with bad options */
export async function buildPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { platform, names } = options;
  if (names.at(-1) !== PROXY) throw new Error(`the pipeline must end with ${PROXY}`);
  const stages: Stage[] = [];
  for (const name of names.slice(0, -1)) stages.push(await stageOf(name, options));
  for (const { name, after } of [...REQUIRED].reverse()) {
    if (stages.some((stage) => stage.entry === name)) continue;
    const at = Math.max(0, ...after.map((entry) => stages.findIndex((stage) => stage.entry === entry) + 1));
    stages.splice(at, 0, await stageOf(name, options));
  }
  checkOrder(stages.map((stage) => stage.entry));
  const whole: { app: App } = { app: async () => answer(503) };
  const tools = toolsOf(options, (request) => whole.app(request));
  let app = options.proxy(sectionOf(platform, `app:${PROXY}`), tools);
  const stops: (() => void)[] = [];
  const stop = () => {
    for (const end of stops.splice(0)) end();
  };
  try {
    for (const { name, conf, make } of [...stages].reverse()) {
      if ("builtin" in make) app = make.builtin(app, conf, tools);
      else {
        const plugin = await startPlugin({ name, conf, path: make.plugin }, app, tools);
        stops.push(plugin.stop);
        app = plugin.app;
      }
    }
  } catch (error) {
    stop();
    throw error;
  }
  whole.app = app;
  return { app, names: [...stages.map((stage) => stage.name), PROXY], stop };
}

/** Middleware that do nothing good in another order; the first is only looked at where the second is there. */
const ORDER: readonly (readonly [before: string, after: string])[] = [
  ["listing_formats", "s3api"],
  ["s3api", "s3token"],
  ["s3token", "keystoneauth"],
  ["s3api", "tempauth"],
  ["s3api", "slo"],
];

/** @throws Error */
function checkOrder(entries: readonly string[]): void {
  for (const [before, after] of ORDER) {
    const [first, second] = [entries.lastIndexOf(before), entries.indexOf(after)];
    if (first >= 0 && second >= 0 && first > second)
      throw new Error(`Invalid pipeline: expected filter ${before} before ${after}`);
  }
  if (entries.includes("s3api") && entries.includes("keystoneauth") && !entries.includes("s3token"))
    throw new Error("Invalid pipeline: s3api with keystoneauth needs the filter s3token");
}

async function stageOf(name: string, options: PipelineOptions): Promise<Stage> {
  const conf = sectionOf(options.platform, `filter:${name}`);
  const use = conf.get("use") ?? conf.get("paste.filter_factory") ?? "";
  const plugin = pluginPath(name, use, options.pluginFolder);
  if (plugin) return { name, entry: name, conf, make: { plugin } };
  const entry = entryPoint(name, use);
  const builtin = options.builtins.find((candidate) => candidate.name === entry);
  if (!builtin) {
    const known = options.builtins.map((candidate) => candidate.name).sort();
    throw new Error(
      `the pipeline names "${name}", which is no middleware: it has no file in [filter:${name}] and is none of ${known.join(", ")}`,
    );
  }
  return { name, entry, conf, make: { builtin: builtin.factory } };
}

/** Sections of DevStack and the sample configuration whose names are not those of the entry points. */
const ENTRY_OF_SECTION: Record<string, string> = { cache: "memcache" };

/** `egg:swift#proxy_logging` or a Python path, else the section's own name. */
function entryPoint(name: string, use: string): string {
  const egg = /^egg:swift#(\w+)$/.exec(use)?.[1];
  if (egg) return egg;
  if (use.startsWith("keystonemiddleware.auth_token")) return "authtoken";
  return ENTRY_OF_SECTION[name] ?? name.replaceAll("-", "_");
}

const SCRIPT = /\.(ts|js|mts|mjs)$/;

function pluginPath(name: string, use: string, folder: string): string | null {
  const relative = (path: string) => (path.startsWith("/") ? path : `${folder}/${path}`);
  if (SCRIPT.test(use)) return relative(use);
  // `swift.common.middleware.ip_whitelist:filter_factory` of a lab: the plugin of that name.
  const python = /^swift\.common\.middleware\.(\w+):filter_factory$/.exec(use)?.[1];
  for (const candidate of [python, name]) {
    if (candidate === undefined || !/^[\w-]+$/.test(candidate)) continue;
    for (const extension of ["ts", "js"]) {
      const path = relative(`${candidate}.${extension}`);
      if (existsSync(path)) return path;
    }
  }
  return null;
}

function sectionOf(platform: Platform, section: string): Conf {
  const sections = platform.options("proxy-server.conf");
  const conf = new Map<string, string>(sections.get("DEFAULT") ?? []);
  for (const [option, value] of sections.get(section) ?? []) conf.set(option.replace(/^set\s+/, ""), value);
  return conf;
}

function toolsOf(options: PipelineOptions, pipeline: App): Tools {
  const { platform } = options;
  return {
    log: filterLog(platform),
    registerInfo: (entry, facts, adminOnly) => platform.info.register(entry, facts, adminOnly),
    accountInfo: (request) => accountFacts(platform.containers, request.entity?.account ?? null),
    containerInfo: (request) =>
      containerFacts(platform.containers, request.entity?.account ?? null, request.entity?.container ?? null),
    respond: (status, body, headers): SwiftReply =>
      body === undefined ? answer(status, headers) : say(status, body, undefined, headers),
    pipeline,
    hostAddress: options.hostAddress,
    clock: platform.service.clock,
    ids: platform.service.ids,
    limits: platform.limits,
    platform,
  };
}

function filterLog(platform: Platform): FilterLog {
  const { log } = platform;
  const line = (request: SwiftRequest | null, text: string) =>
    request?.env.transId ? `${text} (txn: ${request.env.transId})` : text;
  return {
    debug: (request, text) => {
      if (log.debugging) log.debug(logContext(request), line(request, text));
    },
    info: (request, text) => log.info(logContext(request), line(request, text)),
    warning: (request, text) => log.warning(logContext(request), line(request, text)),
    error: (request, text, error) => log.error(logContext(request), line(request, text), error),
  };
}

/** What a log line says of the request it belongs to. */
export function logContext(request: SwiftRequest | null) {
  if (!request?.env.transId) return null;
  const { identity } = request.env;
  return {
    requestId: request.env.transId,
    userName: identity?.userName ?? null,
    projectName: identity?.projectName ?? null,
  };
}
