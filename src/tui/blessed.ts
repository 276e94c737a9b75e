// The only place that imports blessed: its main module looks its widgets up by name at run time and cannot be
// compiled, so each widget is taken from its own file. blessed draws; keys are read by `keys.ts`, because a shell in a
// window must get every byte as it was typed.

import { PassThrough } from "node:stream";
import type { Widgets } from "blessed";
// @ts-expect-error: the types describe the package's main module only
import BoxWidget from "blessed/lib/widgets/box.js";
// @ts-expect-error: as above
import ScreenWidget from "blessed/lib/widgets/screen.js";

export type Screen = Widgets.Screen;
export type Box = Widgets.BoxElement;

export function makeScreen(output: NodeJS.WriteStream, title: string): Screen {
  return new ScreenWidget({ smartCSR: true, input: new PassThrough(), output, title, resizeTimeout: 50 });
}

export function makeBox(options: Widgets.BoxOptions): Box {
  return new BoxWidget({ tags: false, wrap: false, ...options });
}
