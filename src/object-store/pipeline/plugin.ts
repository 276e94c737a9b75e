// Middleware from a file the user wrote (`plugin-contract.ts`); the file's default export is the factory. It runs in a
// thread of its own and is read anew whenever the service starts. What it throws is logged with its stack in the
// service's window and answered with 500, as is what it had in hand when it stopped answering; the service and other
// requests go on.

import { Refusal, say } from "../answers.ts";
import type { App, Conf, Tools } from "./contract.ts";
import { confNumber } from "./contract.ts";
import { PluginHost } from "./plugin-host.ts";

const TIMEOUT_SECONDS = 5;

export interface PluginStage {
  name: string;
  /** Of the file, absolute. */
  path: string;
  conf: Conf;
}

export interface RunningPlugin {
  app: App;
  stop(): void;
}

/** Marks what failed behind a plugin: it is not the plugin's fault. */
class Passing extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super("failed behind the plugin");
    this.thrown = thrown;
  }
}

/** @throws Error when the file cannot be read, or is no middleware */
export async function startPlugin(stage: PluginStage, next: App, tools: Tools): Promise<RunningPlugin> {
  const { name, path, conf } = stage;
  const host = await PluginHost.start({
    name,
    path,
    conf,
    tools,
    timeoutSeconds: confNumber(conf, "plugin_timeout", TIMEOUT_SECONDS),
    debugging: tools.platform.log.debugging,
    next: (request) =>
      next(request).catch((thrown: unknown) => {
        throw new Passing(thrown);
      }),
  });
  return {
    stop: () => host.stop(),
    async app(request) {
      try {
        return await host.handle(request);
      } catch (error) {
        if (error instanceof Passing) throw error.thrown;
        if (error instanceof Refusal) throw error;
        tools.log.error(request, `middleware ${name} failed`, error);
        return say(500, "An error occurred", "text/plain");
      }
    },
  };
}
