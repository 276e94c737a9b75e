// Where notifications go, besides `stack notifications`: for all services, and per project by oslo.messaging's options
// in its own file (oslo.messaging 14.0, notify/notifier.py), with the names they had in Folsom too.

import type { Config } from "./config.ts";
import { CONFIG_FILES } from "./files.ts";
import { key, section } from "./keys.ts";

export const notificationSection = section("notifications", "Notifications", {
  NOTIFICATION_FILE: key.text(
    "",
    "File to which every notification is appended, a JSON object a line. Empty: none.",
  ),
  NOTIFICATION_WEBHOOK: key.text("", "URL to which every notification is posted as JSON. Empty: none."),
  NOTIFICATION_BUFFER: key.int(
    2000,
    "How many notifications are kept for `stack notifications`; 0 keeps none.",
    {
      max: 100_000,
    },
  ),
});

export interface ProjectNotifications {
  /** `notifications`; a notification is sent to `TOPIC.info`. */
  topics: readonly string[];
  /** Nova's for the versioned form. */
  versionedTopics: readonly string[];
  /** False for the driver `noop`: nothing of this project is sent. */
  enabled: boolean;
  /** The driver `log`: each is a line in the service's log as well. */
  logged: boolean;
  /** Nova's `[notifications] notification_format` and Keystone's `[DEFAULT] notification_format`. */
  format: string;
}

const GROUP = "oslo_messaging_notifications";
const USUAL_TOPIC = "notifications";

/** Keystone sends CADF unless told otherwise (keystone 22, conf/default.py), Nova only the legacy form. */
const USUAL_FORMAT: Readonly<Record<string, string>> = { keystone: "cadf", nova: "unversioned" };

export function projectNotifications(config: Config, project: string): ProjectNotifications {
  const option = (group: string, name: string): string | undefined => {
    for (const file of CONFIG_FILES[project] ?? []) {
      const value = config.options(file).get(group)?.get(name);
      if (value !== undefined) return value.trim();
    }
    return undefined;
  };
  const words = (text: string | undefined) => (text ?? "").split(/[\s,]+/).filter((word) => word !== "");
  const topics = words(option(GROUP, "topics") ?? option("DEFAULT", "notification_topics"));
  // `nova.openstack.common.notifier.rabbit_notifier`, `messagingv2`, `noop`, `log`, `nova...log_notifier`
  const drivers = words(option(GROUP, "driver") ?? option("DEFAULT", "notification_driver")).map(
    (name) => name.split(".").at(-1)!,
  );
  const silent = (name: string) => name === "noop" || name === "no_op_notifier";
  const versioned = words(option("notifications", "versioned_notifications_topics"));
  return {
    versionedTopics: versioned.length > 0 ? versioned : ["versioned_notifications"],
    topics: topics.length > 0 ? topics : [USUAL_TOPIC],
    enabled: drivers.length === 0 || drivers.some((name) => !silent(name)),
    logged: drivers.some((name) => name === "log" || name === "log_notifier"),
    format:
      option("notifications", "notification_format") ??
      option("DEFAULT", "notification_format") ??
      USUAL_FORMAT[project] ??
      "",
  };
}
