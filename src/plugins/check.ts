// Tries a plugin without a cloud that anybody uses: is it a program, does it fit its types, has it what its kind must
// have, does it answer.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { LogBook } from "../core/log.ts";
import type { PluginKind } from "./kinds.ts";
import { pluginName } from "./load.ts";
import { PluginThread } from "./plugin-thread.ts";

export interface PluginFinding {
  what: "program" | "types" | "shape" | "dry run";
  /** Null: could not be looked at. */
  ok: boolean | null;
  said: string;
}

const SECONDS = 5;

/** @param path absolute */
export async function checkPlugin(path: string, kind: PluginKind): Promise<PluginFinding[]> {
  const findings: PluginFinding[] = [await program(path)];
  if (findings[0]!.ok) findings.push(await types(path));
  if (findings[0]!.ok)
    findings.push(...(kind.duty.length === 0 ? [await middleware(path)] : await scheduling(path, kind)));
  return findings;
}

async function program(path: string): Promise<PluginFinding> {
  try {
    const loader = /\.m?js$/.test(path) ? "js" : "ts";
    new Bun.Transpiler({ loader }).transformSync(await Bun.file(path).text());
    return { what: "program", ok: true, said: "can be read" };
  } catch (error) {
    const at =
      (error as { errors?: { message: string; position?: { line: number; column: number } }[] })
        .errors?.[0] ?? (error as { message: string; position?: { line: number; column: number } });
    const place = at.position ? `:${at.position.line}:${at.position.column}` : "";
    return { what: "program", ok: false, said: `${path}${place}: ${at.message}` };
  }
}

/** With the TypeScript of the machine, when it has one and the types lie beside the file. */
async function types(path: string): Promise<PluginFinding> {
  const tsc = Bun.which("tsc") ?? localTsc(dirname(path));
  if (!tsc || !/\.m?ts$/.test(path)) {
    return { what: "types", ok: null, said: "not looked at: there is no tsc on this machine" };
  }
  const wanted = /from "\.\/([\w.]+\.d\.ts)"/.exec(await Bun.file(path).text())?.[1];
  if (wanted !== undefined && !existsSync(join(dirname(path), wanted))) {
    return {
      what: "types",
      ok: null,
      said: `not looked at: ${wanted} is not beside it; stack plugin new writes it`,
    };
  }
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "esnext", "--module", "preserve"];
  const child = Bun.spawn([tsc, ...options, "--allowImportingTsExtensions", "--ignoreConfig", path], {
    cwd: dirname(path),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, status] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  return status === 0
    ? { what: "types", ok: true, said: "fit" }
    : { what: "types", ok: false, said: out.trim().split("\n").slice(0, 5).join("\n") };
}

function localTsc(from: string): string | null {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const found = join(folder, "node_modules/.bin/tsc");
    if (existsSync(found)) return found;
  }
  return null;
}

async function scheduling(path: string, kind: PluginKind): Promise<PluginFinding[]> {
  const book = new LogBook({ clock: systemClock });
  let thread: PluginThread;
  try {
    thread = await PluginThread.start({
      path,
      log: book.logger("n-sch", `nova.scheduler.${pluginName(path)}`),
      timeoutSeconds: SECONDS,
      reload: false,
      check: ({ functions }) => {
        const missing = kind.duty.filter((word) => !functions.includes(word));
        if (missing.length > 0) throw new Error(`a ${kind.name} must have ${missing.join(" and ")}`);
      },
    });
  } catch (error) {
    return [{ what: "shape", ok: false, said: messageOf(error) }];
  }
  const shape: PluginFinding = {
    what: "shape",
    ok: true,
    said: `a ${kind.name}: ${thread.shape.functions.join(", ")}`,
  };
  try {
    return [shape, { what: "dry run", ok: true, said: await ask(thread, kind) }];
  } catch (error) {
    const { at = null } = error as { at?: string | null };
    return [
      shape,
      { what: "dry run", ok: false, said: `${at === null ? "" : `${at}: `}${messageOf(error)}` },
    ];
  } finally {
    thread.stop();
  }
}

/** What it answered. @throws PluginFailure, PluginTimeout, Error for an answer of the wrong kind */
async function ask(thread: PluginThread, { name }: PluginKind): Promise<string> {
  if (name === "scheduler") {
    const { effects } = await thread.call({
      method: "scheduleRunInstance",
      context: CONTEXT,
      args: [RUN],
      values: { hostsUp: HOSTS.map(({ host }) => host) },
      queries: ["hosts"],
      effects: ["runInstance", "prepResize", "liveMigration", "handleScheduleError"],
      errors: ["NoValidHost"],
      answer: () => HOSTS,
      log: null,
    });
    const [first] = effects;
    if (!first) throw new Error("it sent the server nowhere, and gave it no error");
    const [, sent] = first.args as [unknown, { host?: unknown; message?: string } | undefined];
    return first.name === "runInstance"
      ? `sends a server to ${sent?.host}`
      : `gives a server an error: ${sent?.message}`;
  }
  if (name === "api") {
    const request = {
      method: "GET",
      path: "/v2.1/servers",
      headers: { accept: "*/*" },
      remoteAddress: "127.0.0.1",
    };
    const { value } = await thread.call({ method: "request", args: [request], log: null });
    if (thread.shape.functions.includes("answered"))
      await thread.call({ method: "answered", args: [request, { status: 200, seconds: 0.01 }], log: null });
    if (value === undefined || value === null) return "lets GET /v2.1/servers through";
    const { status } = value as { status?: unknown };
    if (!Number.isInteger(status))
      throw new Error("request gave something that is no answer: it has no status");
    return `answers GET /v2.1/servers with ${status}`;
  }
  if (name === "listener") {
    for (const event_type of ["compute.instance.create.start", "compute.instance.create.end"])
      await thread.call({ method: "notified", args: [{ ...NOTIFICATION, event_type }], log: null });
    return "takes compute.instance.create.start and .end";
  }
  const method = name === "filter" ? "passes" : "weigh";
  const wanted = name === "filter" ? "boolean" : "number";
  const request = { context: CONTEXT, requestSpec: RUN.requestSpec, filterProperties: RUN.filterProperties };
  const each = HOSTS.map((host): [string, object] => [host.host, host]);
  const { value } = await thread.call({ method, each, args: [request], log: null });
  for (const [i, answer] of (value as unknown[]).entries()) {
    if (typeof answer !== wanted)
      throw new Error(`${method} gave ${String(answer)} of ${HOSTS[i]!.host}, and not a ${wanted}`);
  }
  return `${method} gives ${(value as unknown[]).join(", ")} of ${HOSTS.map(({ host }) => host).join(", ")}`;
}

/** In a pipeline of an object store that lives as long as this takes. */
async function middleware(path: string): Promise<PluginFinding> {
  const [{ boot }, { CloudApi }, { readCredentials }] = await Promise.all([
    import("../boot.ts"),
    import("../cli/cloud-api.ts"),
    import("../cli/credentials.ts"),
  ]);
  const state = mkdtempSync(join(tmpdir(), "stack-plugin-"));
  const rcFile = join(state, "stackrc");
  writeFileSync(
    rcFile,
    `ENABLED_SERVICES=key,swift
[[post-config|/etc/swift/proxy-server.conf]]
[filter:tried]
use = ${path}
plugin_timeout = ${SECONDS}
[pipeline:main]
pipeline = catch_errors healthcheck cache tried authtoken keystoneauth proxy-logging proxy-server
`,
  );
  const options = { stateDir: state, rcFile, overrides: {}, port: 0, classicPorts: false, env: {} };
  const running = await boot({ ...options, onShutdown: () => {} });
  try {
    const swift = (await running.cloud.status()).find(({ window }) => window === "swift");
    if (swift?.state !== "running")
      return { what: "shape", ok: false, said: swift?.reason ?? "swift does not start" };
    const api = await CloudApi.login(readCredentials({ values: { state }, env: {} }, "admin", "admin"));
    const statuses: number[] = [];
    for (const [method, path] of [
      ["PUT", "/c"],
      ["PUT", "/c/o"],
      ["GET", "/c/o"],
      ["GET", "/c"],
      ["DELETE", "/c/o"],
    ] as const)
      statuses.push(
        (await api.send("object-store", method, path, method === "PUT" ? "x" : undefined)).status,
      );
    const failure = running.book
      .lines("swift")
      .find(({ level, text }) => level === "ERROR" && text.includes("tried"));
    if (failure)
      return { what: "dry run", ok: false, said: failureText(running.book.lines("swift"), failure.serial) };
    return { what: "dry run", ok: true, said: `PUT, PUT, GET, GET, DELETE answer ${statuses.join(", ")}` };
  } finally {
    await running.shutdown("down");
    rmSync(state, { recursive: true, force: true });
  }
}

/** The line, and of its stack what names the plugin's file. */
function failureText(lines: readonly { serial: number; text: string }[], from: number): string {
  const at = lines.findIndex(({ serial }) => serial === from);
  const trace = lines.slice(at + 1);
  const end = trace.findIndex(({ text }) => !/ TRACE /.test(text));
  return [lines[at]!, ...trace.slice(0, end < 0 ? undefined : end).slice(-3)]
    .map(({ text }) => text.replace(/^.* (ERROR|TRACE) /, ""))
    .join("\n");
}

const CONTEXT = {
  requestId: "req-00000000-0000-0000-0000-000000000000",
  userId: "user",
  userName: "demo",
  projectId: "project",
  projectName: "demo",
  roles: ["member"],
  isAdmin: false,
  remoteAddress: "127.0.0.1",
};

const NOTIFICATION = {
  message_id: "00000000-0000-0000-0000-000000000000",
  publisher_id: "compute.dev-01",
  priority: "INFO",
  timestamp: "2013-02-27 17:39:31.123000",
  payload: { instance_id: "00000000-0000-0000-0000-000000000001", display_name: "tried", state: "active" },
};

const FACTS = {
  nodename: "node",
  up: true,
  disabled: false,
  host_ip: "127.0.0.1",
  hypervisor_type: "fake",
  vcpus_total: 8,
  vcpus_used: 1,
  total_usable_ram_mb: 16_384,
  free_ram_mb: 15_000,
  total_usable_disk_gb: 100,
  free_disk_mb: 90_000,
  num_instances: 1,
  num_io_ops: 0,
  cpu_allocation_ratio: 16,
  ram_allocation_ratio: 1.5,
  disk_allocation_ratio: 1,
  aggregate_metadata: {},
};
const HOSTS = ["dev-01", "doc-01", "ops-01"].map((host) => ({ ...FACTS, host }));

const RUN = {
  requestSpec: {
    instance_uuids: ["00000000-0000-0000-0000-000000000001"],
    num_instances: 1,
    instance_type: {
      id: 1,
      flavorid: "1",
      name: "m1.tiny",
      memory_mb: 512,
      vcpus: 1,
      root_gb: 1,
      ephemeral_gb: 0,
      swap: 0,
      extra_specs: {},
    },
    instance_properties: {
      uuid: "00000000-0000-0000-0000-000000000001",
      display_name: "tried",
      project_id: "project",
      user_id: "user",
      launch_index: 0,
      host: null,
    },
    image: { id: null, properties: {}, min_ram: 0, min_disk: 0 },
    security_group: ["default"],
  },
  adminPassword: null,
  injectedFiles: [],
  requestedNetworks: null,
  isFirstTime: true,
  filterProperties: { scheduler_hints: {}, availability_zone: null, ignore_hosts: [], retry: null },
};
