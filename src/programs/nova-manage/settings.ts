// The settings that nova's parts read, without loading every service for theirs.

import { novaSection } from "../../compute/config.ts";
import { flavorSection, quotaSection, serviceSection } from "../../compute/config-periphery.ts";
import { cloudSection } from "../../config/cloud.ts";
import { readConfFiles } from "../../config/conf-files.ts";
import { Config } from "../../config/config.ts";
import type { Section } from "../../config/keys.ts";
import { readRc } from "../../config/rc-file.ts";

/** @throws ConfigError, StackrcError */
export function settings(
  stateDir: string,
  rcFile: string | null,
  env: Record<string, string | undefined>,
  further: readonly Section[] = [],
): Config {
  const sections = [cloudSection, novaSection, serviceSection, quotaSection, flavorSection, ...further];
  return new Config({ sections, env, rc: readRc({ rcFile, env }), conf: readConfFiles(stateDir) });
}
