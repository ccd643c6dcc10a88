// The files of samples/clients, run as their first lines say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { client, texts } from './support.mjs';

const run = async (...args) => (await promisify(execFile)(process.execPath, ['--import', './node18.mjs', ...args])).stdout.trim();

test('openai.mjs fine-tunes and classifies', async () => {
  await writeFile('train.csv', texts());
  assert.match(await run('samples/openai.mjs', 'train.csv', 'npm-sample', 'the match was won'), /^npm-sample:1: (sport|money)$/);
});

test('huggingface.mjs classifies', async () => {
  const service = client.baseURL.replace(/\/v1\/?$/, '');
  assert.match(await run('samples/huggingface.mjs', `${service}/models/npm-sample`, 'the match was won', client.apiKey), /^(sport|money)$/);
});
