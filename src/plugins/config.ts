// Settings of everything a user plugs in.

import { key, section } from "../config/keys.ts";

export const pluginSection = section("plugins", "Plugins", {
  PLUGIN_TIMEOUT: key.float(
    5,
    "Seconds a plugin may take for one answer; after that it is stopped, and loaded anew for the next request.",
    { min: 0.1 },
  ),
  PLUGIN_RELOAD: key.bool(
    "False",
    "Load an edited scheduler plugin at its next use, without a restart of its service.",
  ),
  API_MIDDLEWARE: key.list(
    "",
    "Middleware of your own in front of APIs: WINDOW:NAME, separated by blanks, the outermost first: n-api:audit g-api:audit.",
  ),
  NOTIFICATION_LISTENERS: key.list(
    "",
    "Plugins that are told of every notification, separated by commas. Read again whenever they are saved.",
  ),
});
