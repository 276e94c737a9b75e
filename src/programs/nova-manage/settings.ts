// The settings that nova's parts read, without loading every service for theirs.

import { novaSection } from "../../compute/config.ts";
import { flavorSection, quotaSection, serviceSection } from "../../compute/config-periphery.ts";
import { cloudSection } from "../../config/cloud.ts";
import { Config } from "../../config/config.ts";
import { readRc } from "../../config/rc-file.ts";

/** @throws ConfigError, StackrcError */
export function settings(rcFile: string | null, env: Record<string, string | undefined>): Config {
  const sections = [cloudSection, novaSection, serviceSection, quotaSection, flavorSection];
  return new Config({ sections, env, rc: readRc({ rcFile, env }) });
}
