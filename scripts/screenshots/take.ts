import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { type Browser, openPage, startBrowser } from './browser.js';
import { fetchPackage, MERMAID, STYLE } from './npm-package.js';
import { pages } from './pages.js';

const DEVICES = [
  { label: 'desktop', width: 960, deviceScaleFactor: 1, mobile: false },
  { label: 'phone', width: 390, deviceScaleFactor: 1.5, mobile: true },
] as const;

/** Takes every picture into `out`, working in `directory`, and returns the files' names. */
export async function takeScreenshots(out: string, directory: string): Promise<readonly string[]> {
  const css = readFileSync(join(fetchPackage(STYLE, directory), 'github-markdown-light.css'), 'utf8');
  const mermaid = pathToFileURL(join(fetchPackage(MERMAID, directory), 'dist/mermaid.min.js')).href;
  mkdirSync(out, { recursive: true });
  const names: string[] = [];
  const browser = startBrowser(join(directory, 'profile'));
  try {
    for (const { name, html, height = 100 } of pages({ css, mermaid })) {
      const file = join(directory, `${name}.html`);
      writeFileSync(file, html);
      for (const device of DEVICES) {
        names.push(`${name}-${device.label}.png`);
        writeFileSync(
          join(out, `${name}-${device.label}.png`),
          await picture(browser, pathToFileURL(file).href, { ...device, height }),
        );
      }
    }
  } finally {
    await browser.close();
  }
  return names;
}

type Window = (typeof DEVICES)[number] & { readonly height: number };

/** A PNG of the whole page. */
async function picture(browser: Browser, url: string, window: Window): Promise<Buffer> {
  const { width, height, deviceScaleFactor, mobile } = window;
  const page = await openPage(browser, url, { width, height, deviceScaleFactor, mobile });
  await page.evaluate('window.drawn');
  const { cssContentSize } = z
    .looseObject({ cssContentSize: z.looseObject({ height: z.number() }) })
    .parse(await page.send('Page.getLayoutMetrics'));
  // What is out of sight may not be drawn: the window is made as high as the page.
  const whole = Math.ceil(cssContentSize.height);
  await page.send('Emulation.setDeviceMetricsOverride', { width, height: whole, deviceScaleFactor, mobile });
  const clip = { x: 0, y: 0, width, height: whole, scale: 1 };
  const shot = await page.send('Page.captureScreenshot', { format: 'png', clip, captureBeyondViewport: true });
  await page.close();
  return Buffer.from(z.looseObject({ data: z.string() }).parse(shot).data, 'base64');
}
