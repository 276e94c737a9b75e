// How the services' notifications get out: each service's way to send them, and the sinks of a running cloud.

import type { Config } from "./config/config.ts";
import { notificationSection, projectNotifications } from "./config/notifications.ts";
import type { Clock } from "./core/clock.ts";
import type { LogBook, Logger } from "./core/log.ts";
import { openLogFile } from "./core/log-file.ts";
import { fileSink, type Notifications, onTheWire, WebhookSink } from "./core/notifications.ts";
import type { Notify, ServiceContext, ServiceDeclaration } from "./core/service.ts";
import { pluginSection } from "./plugins/config.ts";
import { startListeners } from "./plugins/listeners.ts";

/**
 * The part of `publisher_id` before the host, by window (nova/rpc.py `get_notifier`, cinder/volume/volume_utils.py,
 * glance/notifier.py, keystone/notifications.py, neutron/common/rpc.py).
 */
const PUBLISHERS: Readonly<Record<string, string>> = {
  key: "identity",
  "g-api": "image",
  "g-reg": "image",
  "n-api": "api",
  "n-cond": "conductor",
  "n-sch": "scheduler",
  "n-cpu": "compute",
  "n-net": "network",
  "q-svc": "network",
  "c-api": "volume",
  "c-sch": "scheduler",
  "c-vol": "volume",
  "c-bak": "backup",
};

export interface NotifierOptions {
  notifications: Notifications;
  declaration: ServiceDeclaration;
  config: Config;
  log: Logger;
  hostName: string;
}

/** What a service gets in its context. */
export function notifier({
  notifications,
  declaration: { window, project, program },
  config,
  log,
  hostName,
}: NotifierOptions): Pick<ServiceContext, "notify" | "notificationFormat"> {
  const { enabled, topics, versionedTopics, logged, format } = projectNotifications(config, project);
  const usual = PUBLISHERS[window] ?? program;
  const notify: Notify = (context, eventType, payload, options = {}) => {
    if (!enabled || !(logged || notifications.wanted)) return;
    const { priority = "INFO", publisher = usual, host = hostName, versioned = false } = options;
    try {
      const sent = notifications.send({
        publisherId: versioned ? `${program}:${host}` : `${publisher}.${host}`,
        eventType,
        payload: payload(),
        priority,
        context,
        topics: versioned ? versionedTopics : topics,
      });
      // oslo.messaging's driver `log` (notify/_impl_log.py)
      if (logged)
        log.child(`oslo.messaging.notification.${eventType}`).info(context, JSON.stringify(onTheWire(sent)));
    } catch (error) {
      // What has happened has happened: a message about it that cannot be made must not undo the answer.
      log.error(context, `Could not send the notification ${eventType}`, error);
    }
  };
  return { notify, notificationFormat: format };
}

export interface SinkOptions {
  notifications: Notifications;
  config: Config;
  book: LogBook;
  clock: Clock;
  /** Where listeners of the user's own are found by name. */
  pluginFolder: string;
}

/** Opens the file and the webhook of the settings. Returns what closes them. */
export function openSinks({ notifications, config, book, clock, pluginFolder }: SinkOptions): () => void {
  const { NOTIFICATION_FILE: path, NOTIFICATION_WEBHOOK: url } = config.values(notificationSection);
  const closing: (() => void)[] = [];
  if (path !== "") {
    const file = openLogFile(path);
    closing.push(notifications.listen(fileSink(file)), () => file.close());
  }
  if (url !== "") {
    const sink = new WebhookSink({ url, clock, log: book.logger("stack", "stack.notifications") });
    closing.push(notifications.listen(sink.send), () => sink.close());
  }
  const { NOTIFICATION_LISTENERS: names, PLUGIN_TIMEOUT: timeoutSeconds } = config.values(pluginSection);
  if (names.length > 0) {
    closing.push(startListeners({ notifications, book, names, folder: pluginFolder, timeoutSeconds }));
  }
  return () => {
    for (const close of closing) close();
  };
}
