// A real browser for the tours of pages: Debian's Chromium, or whichever CHROMIUM names.
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
// Set, the tours leave pictures there for people to look at.
const pictures = process.env.TOUR_PICTURES;

/** A page of a new browser. Errors of its scripts are collected in page.failures. */
export async function openPage() {
  const browser = await chromium.launch({ executablePath: find(), args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(60_000);
  page.failures = [];
  page.on('pageerror', error => page.failures.push(error));
  return page;
}

/** Keeps what the page shows, if pictures are wanted. */
export async function picture(page, name) {
  if (pictures) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  }
}

function find() {
  const folders = process.env.PATH.split(delimiter);
  const candidates = process.env.CHROMIUM ? [process.env.CHROMIUM] : folders.flatMap(folder => names.map(name => join(folder, name)));
  const found = candidates.find(path => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) throw new Error('The tours of pages need Chromium: apt-get install chromium, or name a browser by CHROMIUM.');
  return found;
}
