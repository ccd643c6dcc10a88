// A person who has only the Swagger page, no documentation and no copying of ids.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, picture } from './browser.mjs';
import { texts } from './support.mjs';

let page;

before(async () => {
  page = await openPage();
  // Signing in leads to the page.
  await page.goto(new URL('/signin', process.env.OPENAI_BASE_URL).href);
  await page.locator('#key').fill(process.env.OPENAI_API_KEY);
  await page.locator('#key').press('Enter');
  await page.locator('.opblock').first().waitFor();
});

after(() => page?.context().browser().close());

test('the page opens with a walk whose links open the operations they name', async () => {
  const links = page.locator('.info a[href^="#/"]');
  assert.ok(await links.count() >= 6);
  for (const link of await links.all()) {
    const [, tag, operation] = (await link.getAttribute('href')).split('/');
    await link.click();
    await page.locator(`#operations-${tag}-${operation} button.execute`).waitFor();
    await page.locator(`#operations-${tag}-${operation} .opblock-summary-control`).click();
  }
  await picture(page, '1-walk');
});

test('a file with a bad line is uploaded without touching the optional fields, and its report names the line', async () => {
  await upload(`${texts(60)},sport\n`);
  const report = await execute(await open('Read what was found in it'));
  assert.deepEqual(report.labels, { sport: 30, money: 30 });
  assert.deepEqual(report.issues.map(issue => issue.line), [62]);
  await picture(page, '2-report');
});

test('the corrected file has nothing wrong with it', async () => {
  const file = await upload(texts(60));
  assert.equal(file.status, 'processed');
  await picture(page, '3-upload');
  const report = await execute(await open('Read what was found in it'));
  assert.equal(report.issue_count, 0);
});

test('the presets are shown, the recommended one first', async () => {
  const presets = await execute(await open('Pick a preset'));
  assert.equal(presets.data[0].id, 'mlp');
});

test('a training starts with that file and is followed to its end', async () => {
  const job = await execute(await open('Start the training'));
  assert.match(job.training_file, /^file-/);
  const progress = page.locator('#tour-progress');
  await progress.getByText(/step \d+ of \d+|is ready/).waitFor();
  await picture(page, '4-followed');
  await progress.getByText('my-model:1 is ready').waitFor();
  await picture(page, '5-ready');
});

test('the new model classifies', async () => {
  await page.locator('#tour-progress a').click();
  const answer = await execute(page.locator('#operations-Classify-Classify'));
  assert.equal(answer.model, 'my-model:1');
  assert.ok(answer.data.every(item => item.label));
  await picture(page, '6-classified');
});

test('an alias is moved to the new version', async () => {
  const alias = await execute(await open('Let an alias name the version'));
  assert.equal(alias.version, 1);
  await picture(page, '7-alias');
});

test('no script of the page has failed', () => assert.deepEqual(page.failures, []));

async function upload(content) {
  const operation = await open('Upload a file');
  await operation.locator('input[type=file]').setInputFiles({ name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(content) });
  return execute(operation);
}

/** Follows a link of the walk. */
async function open(link) {
  const found = page.locator('.info a', { hasText: link });
  const [, tag, operation] = (await found.getAttribute('href')).split('/');
  await found.click();
  return page.locator(`#operations-${tag}-${operation}`);
}

/** Presses Execute and reads the answer that the page then shows. */
async function execute(operation) {
  const old = operation.locator('button.btn-clear');
  if (await old.isVisible()) await old.click();
  await operation.locator('button.execute').click();
  const shown = operation.locator('.live-responses-table');
  await shown.locator('.response-col_status').first().waitFor();
  const text = await shown.locator('.highlight-code code').first().innerText();
  assert.match(await shown.locator('tbody .response-col_status').first().innerText(), /^200/, text);
  return JSON.parse(text);
}
