import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { toFile } from 'openai';
import { all, client, texts, upload } from './support.mjs';

let file;

test('a file is uploaded and processed', async () => {
  file = await upload();
  assert.match(file.id, /^file-[a-z0-9]{24}$/);
  assert.equal(file.filename, 'train.csv');
  assert.equal(file.bytes, texts().length);
  // Polls every five seconds unless the file has left `uploaded`, which here it has at once.
  const processed = await client.files.waitForProcessing(file.id);
  assert.equal(processed.status, 'processed');
});

test('a file is retrieved by its id', async () => {
  assert.deepEqual(await client.files.retrieve(file.id), file);
});

test('the content of a file is what was uploaded', async () => {
  assert.equal(await (await client.files.content(file.id)).text(), texts());
});

test('files are listed page by page, in both orders and by purpose', async () => {
  const evals = await upload(texts(), 'evals');
  const newestFirst = await all(client.files.list({ limit: 1 }));
  assert.ok(newestFirst.findIndex(({ id }) => id === evals.id) < newestFirst.findIndex(({ id }) => id === file.id));
  const oldestFirst = await all(client.files.list({ limit: 1, order: 'asc' }));
  assert.deepEqual(oldestFirst.map(({ id }) => id), newestFirst.map(({ id }) => id).reverse());
  const forEvals = await all(client.files.list({ purpose: 'evals' }));
  assert.ok(forEvals.some(({ id }) => id === evals.id) && forEvals.every(({ purpose }) => purpose === 'evals'));
});

test('a file that is no data set is refused with what is wrong', async () => {
  await assert.rejects(upload(''), error => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, 'file');
    assert.equal(error.type, 'invalid_request_error');
    assert.ok(error.code && error.message.length > 20);
    return true;
  });
});

test('a file with bad rows says so in its status', async () => {
  const bad = await upload('text,label\nonly one label here,a\nand here,a\n');
  assert.ok(['processed', 'error'].includes((await client.files.waitForProcessing(bad.id)).status));
});

test('a file can be made to expire', async () => {
  const expiring = await client.files.create({
    file: await toFile(Buffer.from(texts()), 'train.csv'),
    purpose: 'fine-tune',
    expires_after: { anchor: 'created_at', seconds: 7200 },
  });
  assert.equal(expiring.expires_at, expiring.created_at + 7200);
  assert.equal((await client.files.retrieve(expiring.id)).expires_at, expiring.expires_at);
});

test('a deleted file is gone', async () => {
  assert.deepEqual(await client.files.delete(file.id), { id: file.id, object: 'file', deleted: true });
  await assert.rejects(client.files.retrieve(file.id), error => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    assert.equal(error.code, 'file_not_found');
    assert.ok(error.requestID);
    return true;
  });
});

test('a wrong key is refused as the client understands it', async () => {
  const wrong = client.withOptions({ apiKey: 'wrong' });
  await assert.rejects(wrong.files.list(), error => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.type, 'authentication_error');
    assert.ok(error.code && error.message.length > 20);
    return true;
  });
});
