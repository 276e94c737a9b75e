// Bodies and query parameters of services, hosts and hypervisors. Authority:
// nova/api/openstack/compute/schemas/{services,hosts,hypervisors}.py of Zed.

import { boolean, fqdn, multi, single } from "./parameter-types.ts";
import { nonNegative, paging, query, strict, text } from "./periphery.types.ts";

const word = { type: "string", minLength: 1, maxLength: 255 };
const byHost = { host: fqdn, binary: word, disabled_reason: word };

export const updateServiceOld = [
  [1, strict(byHost, ["host", "binary"])],
  [11, strict({ ...byHost, forced_down: boolean }, ["host", "binary"])],
] as const;

export const updateService = strict({
  status: { type: "string", enum: ["enabled", "disabled"] },
  disabled_reason: word,
  forced_down: boolean,
});

export const listServices = query({ host: multi(text), binary: multi(text) });

const SWITCH = ["enable", "disable", "Enable", "Disable", "ENABLE", "DISABLE"];
const setting = { type: "string", enum: SWITCH };
export const updateHost = { ...strict({ status: setting, maintenance_mode: setting }), minProperties: 1 };
export const listHosts = { type: "object", properties: { zone: multi(text) } };

export const listHypervisors = [
  [1, { type: "object" }],
  [33, { type: "object", properties: paging }],
  [
    53,
    strict({
      limit: single(nonNegative),
      marker: single(text),
      hypervisor_hostname_pattern: single(fqdn),
      with_servers: single(boolean),
    }),
  ],
] as const;

export const showHypervisor = [
  [1, { type: "object" }],
  [53, strict({ with_servers: single(boolean) })],
] as const;
