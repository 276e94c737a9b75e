// The docker driver: servers that are containers, on the docker daemon of this machine and on the cloud's own networks.

import { messageOf } from "../../../core/errors.ts";
import type { ComputeDriver, DriverContext, DriverHost, DriverModule } from "../driver.ts";
import { cleanup } from "./cleanup.ts";
import { dockerSection } from "./config.ts";
import { DockerDriver } from "./driver.ts";
import { connect } from "./host.ts";

/** How long the start of the cloud waits for a daemon that does not answer. */
const PROBE_MS = 3000;

export const driverModule: DriverModule = {
  name: "docker",

  async probe(context) {
    const { DOCKER_HOST: address } = context.config(dockerSection);
    try {
      const { Version } = await (await connect(address, PROBE_MS)).version();
      return { usable: true, reason: `${address} answers, docker ${Version}` };
    } catch (error) {
      return { usable: false, reason: `${address}: ${messageOf(error)}` };
    }
  },

  hosts(context) {
    return [{ name: context.machine.hostName, address: context.config(dockerSection).DOCKER_HOST }];
  },

  create(context: DriverContext, host: DriverHost): ComputeDriver {
    return new DockerDriver(context, host);
  },

  cleanup,
};
