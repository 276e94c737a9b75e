// Keystone's rules for what is written down of other identity services. Authority: keystone/common/policies of Zed,
// identity_provider.py, mapping.py, protocol.py and service_provider.py.

import type { PolicyRule } from "../policy/enforcer.ts";
import { ADMINISTRATOR, api, SYSTEM_READS } from "./policy-kinds.ts";

function crud(noun: string, what: string): PolicyRule[] {
  return [
    api(`create_${noun}`, ADMINISTRATOR, `Write down ${what}.`),
    api(`list_${noun}s`, SYSTEM_READS, `List: ${what}.`),
    api(`get_${noun}`, SYSTEM_READS, `Show ${what}.`),
    api(`update_${noun}`, ADMINISTRATOR, `Change ${what}.`),
    api(`delete_${noun}`, ADMINISTRATOR, `Remove ${what}.`),
  ];
}

export const federationPolicies: readonly PolicyRule[] = [
  ...crud("identity_provider", "an identity provider"),
  ...crud("mapping", "a mapping"),
  ...crud("protocol", "a protocol of an identity provider"),
  ...crud("service_provider", "a service provider"),
];
