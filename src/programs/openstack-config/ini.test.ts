import { expect, test } from "bun:test";
import { deleted, optionOf, withValue } from "./ini.ts";

const FILE = "# about nova\n[DEFAULT]\n#verbose = False\nverbose = True\n\n[vnc]\nenabled=true\n";

test("an option is changed where it stands; what is commented out is no option", () => {
  expect(withValue(FILE, "DEFAULT", "verbose", "False")).toBe(
    FILE.replace("verbose = True", "verbose = False"),
  );
  expect(optionOf(FILE, "DEFAULT", "verbose")).toBe("True");
  expect(optionOf(FILE, "vnc", "enabled")).toBe("true");
  expect(optionOf(FILE, "vnc", "verbose")).toBeNull();
  expect(optionOf(FILE, "none", "verbose")).toBeNull();
});

test("a new option stands at the end of its section, a new section at the end of the file", () => {
  expect(withValue(FILE, "DEFAULT", "debug", "True")).toBe(
    FILE.replace("verbose = True\n", "verbose = True\ndebug = True\n"),
  );
  expect(withValue(FILE, "neutron", "url", "http://a:9696")).toBe(
    `${FILE}\n[neutron]\nurl = http://a:9696\n`,
  );
  expect(withValue("", "DEFAULT", "a", "1")).toBe("[DEFAULT]\na = 1\n");
  expect(withValue(FILE, "vnc", null, "")).toBe(FILE);
});

test("an option goes, or a section with all that is in it", () => {
  expect(deleted(FILE, "vnc", "enabled")).toBe(FILE.replace("enabled=true\n", ""));
  expect(deleted(FILE, "DEFAULT", null)).toBe("# about nova\n[vnc]\nenabled=true\n");
  expect(deleted(FILE, "none", null)).toBe(FILE);
});
