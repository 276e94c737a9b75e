// The docker driver's settings.

import { key, section } from "../../../config/keys.ts";

export const dockerSection = section("docker", "Compute host with docker", {
  DOCKER_HOST: key.text(
    "unix:///var/run/docker.sock",
    "The docker daemon that runs the servers, on this machine: the path of its socket.",
  ),
  DOCKER_CONSOLE_COMMAND: key.text(
    "/bin/sh",
    "What a serial console runs in a container; every connection has one of its own.",
  ),
});
