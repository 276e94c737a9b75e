// Middleware from a file the user wrote (`plugin-contract.ts`); the file's default export is the factory. It is read
// anew whenever the service starts. What it throws is logged with its stack in the service's window and answered with
// 500; the service and other requests go on.

import { stat } from "node:fs/promises";
import { Refusal, type SwiftReply, say } from "../answers.ts";
import type { SwiftRequest } from "../request.ts";
import type { App, Conf, Tools } from "./contract.ts";
import type { MiddlewareFactory, MiddlewareRequest, MiddlewareTools } from "./plugin-contract.ts";

export interface PluginStage {
  name: string;
  factory: MiddlewareFactory;
  conf: Conf;
}

/** @throws Error when the file cannot be read or exports no function */
export async function loadPlugin(path: string): Promise<MiddlewareFactory> {
  const { mtimeMs } = await stat(path).catch((cause) => {
    throw new Error(`cannot read the middleware ${path}`, { cause });
  });
  // A file that changed is another module.
  const module = (await import(`${path}?${mtimeMs}`)) as { default?: unknown };
  if (typeof module.default !== "function") {
    throw new Error(
      `${path} has no default export that is a function (next, conf, tools) => (request) => reply`,
    );
  }
  return module.default as MiddlewareFactory;
}

/** Marks what failed behind a plugin: it is not the plugin's fault. */
class Passing extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super("failed behind the plugin");
    this.thrown = thrown;
  }
}

/** Runs a plugin so that its failures stay its own. @throws Error when it cannot be made */
export function guardPlugin(stage: PluginStage, next: App, tools: Tools): App {
  const passing: App = (request) =>
    next(request).catch((thrown: unknown) => {
      throw new Passing(thrown);
    });
  const app = stage.factory(
    (request) => passing(request as SwiftRequest),
    stage.conf,
    toolsForPlugin(tools, passing),
  );
  if (typeof app !== "function") throw new Error(`the middleware ${stage.name} returned no function`);
  return async function plugin(request) {
    try {
      const reply = await app(request);
      if (typeof reply?.status !== "number") throw new TypeError("the middleware returned no answer");
      reply.headers ??= {};
      reply.body ??= null;
      return reply as SwiftReply;
    } catch (error) {
      if (error instanceof Passing) throw error.thrown;
      if (error instanceof Refusal) throw error;
      tools.log.error(request, `middleware ${stage.name} failed`, error);
      return say(500, "An error occurred", "text/plain");
    }
  };
}

function toolsForPlugin(tools: Tools, next: App): MiddlewareTools {
  const { log } = tools;
  const own = (request: MiddlewareRequest | null) => request as SwiftRequest | null;
  return {
    log: {
      debug: (request, text) => log.debug(own(request), text),
      info: (request, text) => log.info(own(request), text),
      warning: (request, text) => log.warning(own(request), text),
      error: (request, text, error) => log.error(own(request), text, error),
    },
    async containerInfo(request, source) {
      const asked = request as SwiftRequest;
      await ask(asked, 3, source);
      return tools.containerInfo(asked);
    },
    async accountInfo(request, source) {
      const asked = request as SwiftRequest;
      await ask(asked, 2, source);
      return tools.accountInfo(asked);
    },
    respond: tools.respond,
    registerInfo: (name, facts) => tools.registerInfo(name, facts),
    hostAddress: tools.hostAddress,
    now: () => tools.clock.now(),
  };

  /** A HEAD of so many parts of the path, or of as many as there are. */
  async function ask(request: SwiftRequest, parts: number, source: string): Promise<void> {
    const path = request.path.split("/", parts + 1).join("/");
    await next(request.derivePreauthorized({ method: "HEAD", path, source }));
  }
}
