// Settings of everything a user plugs in.

import { key, section } from "../config/keys.ts";

export const pluginSection = section("plugins", "Plugins", {
  PLUGIN_TIMEOUT: key.float(
    5,
    "Seconds a scheduler plugin may take for one answer; after that it is stopped, and loaded anew for the next request.",
    { min: 0.1 },
  ),
  PLUGIN_RELOAD: key.bool(
    "False",
    "Load an edited scheduler plugin at its next use, without a restart of its service.",
  ),
});
