// /os-instance_usage_audit_log. Authority: nova/api/openstack/compute/instance_usage_audit_log.py of Zed. Audits are
// off, as they are by default (nova.conf: instance_usage_audit), so every host has yet to run one.

import { Invalid } from "../../core/errors.ts";
import { sqlSeconds } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { Nova } from "../nova.ts";

const rule = (name: string) => `os_compute_api:os-instance-usage-audit-log:${name}`;
const MOMENT = /^(\d{4})-(\d\d?)-(\d\d?) (\d\d?):(\d\d?):(\d\d?)(?:\.\d{1,6})?$/;

export function usageAuditLogRoutes(nova: Nova): Route[] {
  const listLogs = (): Reply => json(200, { instance_usage_audit_logs: log(nova, nova.now()) });

  function showLog(call: Call): Reply {
    const before = momentOf(call.param("before"));
    if (before === null) throw new Invalid(`Invalid timestamp for date ${call.param("before")}`);
    return json(200, { instance_usage_audit_log: log(nova, before) });
  }

  const path = "/os-instance_usage_audit_log";
  return [
    { method: "GET", path, handler: listLogs, access: rule("list") },
    { method: "GET", path: `${path}/:before`, handler: showLog, access: rule("show") },
  ];
}

function momentOf(text: string): number | null {
  const m = MOMENT.exec(text);
  if (!m) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = m.slice(1).map(Number);
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  at.setUTCHours(hour, minute, second);
  const same = at.getUTCMonth() === month - 1 && at.getUTCDate() === day && at.getUTCHours() === hour;
  return year > 0 && same && minute < 60 && second < 60 ? at.getTime() : null;
}

/** The calendar month that was over before this moment. */
function lastMonth(beforeMs: number): [number, number] {
  const at = new Date(beforeMs);
  return [
    Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - 1),
    Date.UTC(at.getUTCFullYear(), at.getUTCMonth()),
  ];
}

function log(nova: Nova, beforeMs: number) {
  const [begin, end] = lastMonth(beforeMs);
  const hosts = [...new Set(nova.services.list("nova-compute").map(({ host }) => host))];
  return {
    period_beginning: sqlSeconds(begin),
    period_ending: sqlSeconds(end),
    num_hosts: hosts.length,
    num_hosts_done: 0,
    num_hosts_running: 0,
    num_hosts_not_run: hosts.length,
    hosts_not_run: hosts,
    total_instances: 0,
    total_errors: 0,
    overall_status: `${hosts.length === 0 ? "ALL" : `0 of ${hosts.length}`} hosts done. 0 errors.`,
    log: {},
  };
}
