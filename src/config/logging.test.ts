import { expect, test } from "bun:test";
import { Config } from "./config.ts";
import { loggingSection, projectLogging } from "./logging.ts";
import { parseStackrc } from "./stackrc.ts";

const of = (rc: string, project: string) =>
  projectLogging(
    new Config({ sections: [loggingSection], env: {}, rc: parseStackrc(rc, "stackrc", {}) }),
    project,
  );

test("LG-13 use_syslog of a service's own file, with the facilities of the guide", () => {
  const rc = `
[[post-config|$NOVA_CONF]]
[DEFAULT]
use_syslog = True
syslog_log_facility = LOG_LOCAL0
[[post-config|$KEYSTONE_CONF]]
[DEFAULT]
use_syslog = True
`;
  expect(of(rc, "nova").facility).toBe("LOG_LOCAL0");
  expect(of(rc, "keystone").facility).toBe("LOG_LOCAL3");
  expect(of(rc, "glance").facility).toBeNull();
  const all = "SYSLOG=True\n";
  expect(["nova", "glance", "cinder", "keystone", "neutron"].map((name) => of(all, name).facility)).toEqual([
    "LOG_LOCAL0",
    "LOG_LOCAL1",
    "LOG_LOCAL2",
    "LOG_LOCAL3",
    "LOG_USER",
  ]);
});

test("LG-05 debug=false of a service's own file", () => {
  const rc = "[[post-config|$NOVA_CONF]]\n[DEFAULT]\ndebug=false\n";
  expect(of(rc, "nova").level).toBe("INFO");
  expect(of(rc, "cinder").level).toBe("DEBUG");
  expect(of("DEBUG=False\n", "cinder").level).toBe("INFO");
});

test("a value that cannot be understood is named", () => {
  const rc = (line: string) => `[[post-config|$NOVA_CONF]]\n[DEFAULT]\n${line}\n`;
  expect(() => of(rc("debug=perhaps"), "nova")).toThrow(
    'nova.conf/DEFAULT/debug must be True or False, not "perhaps"',
  );
  expect(() => of(rc("use_syslog=yes\nsyslog_log_facility=LOCAL9"), "nova")).toThrow(
    "syslog_log_facility must be one of",
  );
});
