// `stack plugin points`: where code of one's own can be put in, as one finds it on an OpenStack machine by looking for
// `pipeline` and `driver` in /etc/PROJECT.

import { columns, type Invocation } from "./command.ts";

/** Settings that name code. */
const POINT = /(?:^|_)(?:DRIVER|DRIVERS|PIPELINE|FILTERS|WEIGHERS|MIDDLEWARE|LISTENERS|BACKENDS)$/;

/** @throws ConfigError, StackrcError */
export async function pluginPoints(invocation: Invocation): Promise<number> {
  const [{ readConfig }, { declarations, sectionsOf }, { stateDir }] = await Promise.all([
    import("../boot.ts"),
    import("../services.ts"),
    import("./command.ts"),
  ]);
  const config = readConfig({
    rcFile: null,
    overrides: {},
    env: invocation.env,
    stateDir: stateDir(invocation),
  });
  const rows = sectionsOf(declarations).flatMap((section) => {
    const values: Record<string, unknown> = config.values(section);
    return Object.entries(section.keys).flatMap(([name, { option, help }]) => {
      if (!POINT.test(name)) return [];
      const value = values[name];
      const shown = Array.isArray(value) ? value.map(String).join(" ") : String(value);
      return [[section.title, name, option ?? "-", help.split(/\.(?:\s|$)/)[0]!, shown === "" ? "-" : shown]];
    });
  });
  invocation.out(columns([["Service", "Setting", "File/group/option", "What", "Now"], ...rows]));
  return 0;
}
