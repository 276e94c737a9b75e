// `glance-cache-manage`: what the image service's cache holds, and what waits for it. Authority: glance/cmd/cache_manage.py
// of Zed.
//
// On purpose unlike it: without --host the service is found in the catalog; the identity API is v2.0; it asks /v2/cache and
// what that was before, not the middleware of version 1.

import { firstOf } from "./common-options.ts";
import { ClientError, HttpError } from "./errors.ts";
import { Calls } from "./glance/client.ts";
import { connectionOf } from "./glance/connect.ts";
import { layoutOf, usageError } from "./help.ts";
import { type Arguments, type OptionSpec, type ParserSpec, parseArguments, UsageFailure } from "./options.ts";
import type { ProgramIo } from "./program.ts";
import { HttpSession } from "./session.ts";
import { table } from "./table.ts";

const FAILURE = 1;
const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

interface CachedImage {
  image_id: string;
  /** Seconds; 0: never. */
  last_accessed: number;
  last_modified: number;
  size: number;
  hits: number;
}

interface Command {
  name: string;
  help: string;
  /** What is asked before; null: nothing. */
  confirm: ((id: string) => string) | null;
  /** The words after "Failed to". */
  action: string;
  needsImage: boolean;
  /** What is told with --verbose, or always; null: nothing. */
  run(service: Calls, id: string, out: (text: string) => void): Promise<string | null>;
}

const moment = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 19);
const path = (kind: "cached_images" | "queued_images", id = "") =>
  `/v2/${kind}${id === "" ? "" : `/${encodeURIComponent(id)}`}`;

const COMMANDS: readonly Command[] = [
  {
    name: "list-cached",
    help: "List all images currently cached",
    confirm: null,
    action: "show cached images",
    needsImage: false,
    async run(service, _id, out) {
      const images: CachedImage[] = (await service.json("GET", path("cached_images"))).cached_images;
      out(images.length === 0 ? "No cached images.\n" : cachedTable(images));
      return null;
    },
  },
  {
    name: "list-queued",
    help: "List all images currently queued for caching",
    confirm: null,
    action: "show queued images",
    needsImage: false,
    async run(service, _id, out) {
      const ids: string[] = (await service.json("GET", path("queued_images"))).queued_images;
      const rows = ids.map((id) => [id]);
      out(
        ids.length === 0
          ? "No queued images.\n"
          : `Found ${ids.length} queued images...\n${table(["ID"], rows)}`,
      );
      return null;
    },
  },
  {
    name: "queue-image",
    help: "Queue an image for caching",
    confirm: (id) => `Queue image ${id} for caching?`,
    action: "queue the specified image for caching",
    needsImage: true,
    async run(service, id) {
      await service.json("PUT", path("queued_images", id));
      return `Queued image ${id} for caching\n`;
    },
  },
  ...(["cached", "queued"] as const).flatMap((kind): Command[] => [
    {
      name: `delete-${kind}-image`,
      help: kind === "cached" ? "Purges an image from the cache" : "Deletes an image from the cache queue",
      confirm: (id) => `Delete ${kind} image ${id}?`,
      action: `delete the specified ${kind} image`,
      needsImage: true,
      async run(service, id) {
        await service.json("DELETE", path(`${kind}_images`, id));
        return `Deleted ${kind} image ${id}\n`;
      },
    },
    {
      name: `delete-all-${kind}-images`,
      help:
        kind === "cached" ? "Removes all images from the cache" : "Deletes all images from the cache queue",
      confirm: () => `Delete all ${kind} images?`,
      action: `Delete all ${kind} images`,
      needsImage: false,
      async run(service) {
        const { num_deleted } = await service.json("DELETE", path(`${kind}_images`));
        return `Deleted ${num_deleted} ${kind} images\n`;
      },
    },
  ]),
];

function cachedTable(images: readonly CachedImage[]): string {
  const rows = images.map((image) => [
    image.image_id,
    image.last_accessed === 0 ? "N/A" : moment(image.last_accessed),
    moment(image.last_modified),
    image.size,
    image.hits,
  ]);
  const heads = ["ID", "Last Accessed (UTC)", "Last Modified (UTC)", "Size", "Hits"];
  return `Found ${images.length} cached images...\n${table(heads, rows)}`;
}

function options(env: ProgramIo["env"]): OptionSpec[] {
  const named = (name: string, variables: readonly string[], dest: string, letter: string): OptionSpec => ({
    names: [`--${name}`, `--${name.replaceAll("-", "_")}`, letter].filter(Boolean),
    dest,
    default: firstOf(env, ...variables),
    help: `Defaults to env[${variables[0]}].`,
  });
  return [
    { names: ["-h", "--help"], kind: "flag", help: null },
    { names: ["-v", "--verbose"], kind: "flag", help: "Print more verbose output." },
    { names: ["-d", "--debug"], kind: "flag", help: "Print debugging output." },
    { names: ["-H", "--host"], metavar: "ADDRESS", help: "Address of Glance API host." },
    {
      names: ["-p", "--port"],
      metavar: "PORT",
      default: "9292",
      help: "Port the Glance API host listens on.",
    },
    {
      names: ["-k", "--insecure"],
      kind: "flag",
      help: "Do not verify the certificate of a TLS (https) server.",
    },
    {
      names: ["-f", "--force"],
      kind: "flag",
      help: "Prevent select actions from requesting user confirmation.",
    },
    named("os-auth-token", ["OS_AUTH_TOKEN"], "os_auth_token", "-A"),
    named("os-username", ["OS_USERNAME"], "os_username", "-I"),
    named("os-password", ["OS_PASSWORD"], "os_password", "-K"),
    named("os-region-name", ["OS_REGION_NAME"], "os_region_name", "-R"),
    named("os-project-id", ["OS_PROJECT_ID", "OS_TENANT_ID"], "os_tenant_id", ""),
    named("os-project-name", ["OS_PROJECT_NAME", "OS_TENANT_NAME"], "os_tenant_name", "-T"),
    named("os-auth-url", ["OS_AUTH_URL"], "os_auth_url", "-N"),
    {
      names: ["--os-user-domain-id", "--os-project-domain-id", "--os-domain-id", "-S", "--os_auth_strategy"],
      help: null,
    },
  ];
}

function commandHelp(): string {
  const rows = [{ name: "help <command>", help: "Output help for one of the commands below" }, ...COMMANDS];
  return `Commands:\n\n${rows.map(({ name, help }) => `    ${name.padEnd(28)}${help}\n\n`).join("")}`;
}

export async function glanceCacheManage(argv: readonly string[], io: ProgramIo): Promise<number> {
  const parser: ParserSpec = {
    prog: "glance-cache-manage",
    options: options(io.env),
    args: [{ dest: "command", metavar: "command", many: "some" }],
  };
  try {
    const { args, extras } = parseArguments(parser, argv, {
      lenient: argv.includes("-h") || argv.includes("--help"),
    });
    if (extras.length > 0) throw new UsageFailure(parser, `unrecognized arguments: ${extras.join(" ")}`);
    return await perform(args, io);
  } catch (error) {
    if (!(error instanceof UsageFailure)) throw error;
    io.err(usageError(error, layoutOf(io.env)));
    return 2;
  }
}

async function perform(args: Arguments, io: ProgramIo): Promise<number> {
  const [name = "help", id = "", ...more] = args.list("command");
  const topic = COMMANDS.find((one) => one.name === (name === "help" ? id : name));
  if (args.flag("help") || (name === "help" && id === "")) {
    io.out(commandHelp());
    return 0;
  }
  if (!topic) {
    io.out(`\nError: "${name === "help" ? id : name}" is not a valid command.\n\n${commandHelp()}\n`);
    io.err(`Unknown command: ${name === "help" ? id : name}\n`);
    return FAILURE;
  }
  const usage = `glance-cache-manage ${topic.name}${topic.needsImage ? " <IMAGE_ID>" : ""} [options]`;
  if (name === "help") {
    io.out(`${usage}\n\n${topic.help}.\n`);
    return 0;
  }
  if (more.length > 0 || (topic.needsImage && id === "")) {
    io.out(
      `Please specify the ID of the image you wish for command '${name}' from the cache as the first and only argument.\n`,
    );
    return FAILURE;
  }
  if (topic.needsImage && !UUID.test(id)) {
    io.out(`Image ID '${id}' is not a valid UUID.\n`);
    return FAILURE;
  }
  if (topic.confirm && !args.flag("force") && !isConfirmed(topic.confirm(id))) return 0;
  const startedMs = performance.now();
  try {
    const session = sessionOf(args, io);
    const said = await topic.run(new Calls(await connectionOf(session, args)), id, io.out);
    if (said !== null && args.flag("verbose")) io.out(said);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    io.out(told(error, topic, args));
    return FAILURE;
  }
  if (args.flag("verbose")) {
    io.out(`Completed in ${((performance.now() - startedMs) / 1000).toFixed(4)} sec.\n`);
  }
  return 0;
}

/** Where nobody is there to answer, the answer is no. */
function isConfirmed(question: string): boolean {
  if (!process.stdin.isTTY) return false;
  return /^y(es)?$/i.test(prompt(`${question} [y/N]`) ?? "");
}

function sessionOf(args: Arguments, io: ProgramIo): HttpSession {
  return new HttpSession({
    userAgent: "glance-cache-manage",
    insecure: args.flag("insecure"),
    caCert: io.env["OS_CACERT"] || null,
    cert: null,
    key: null,
    timeoutSeconds: null,
    debug: args.flag("debug") ? (line) => io.err(`${line}\n`) : null,
  });
}

function told(error: ClientError, { action, needsImage }: Command, args: Arguments): string {
  if (error instanceof HttpError && error.status === 403) return "Not authorized to make this request.\n";
  if (error instanceof HttpError && error.status === 404 && !needsImage) {
    return `Cache management middleware not enabled on host ${args.text("host") ?? "0.0.0.0"}\n`;
  }
  return `Failed to ${action}. Got error:\n${error.message}\n`;
}
