import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { all, client, fineTune, hasEnded, hasStatus, job, until, upload } from './support.mjs';

let model, input, created, done;

const request = (custom_id, body) => JSON.stringify({ custom_id, method: 'POST', url: '/v1/classify', body });
const create = file => client.batches.create({ input_file_id: file.id, endpoint: '/v1/classify', completion_window: '24h', metadata: { tour: 'npm' } });
const batch = id => () => client.batches.retrieve(id);
const linesOf = async id => (await (await client.files.content(id)).text()).trimEnd().split('\n').map(line => JSON.parse(line));

test('a batch is created from a file of requests', async () => {
  const training = await upload();
  const { id } = await fineTune(training.id, { suffix: 'npm-batch' });
  model = (await until(job(id), hasEnded)).fine_tuned_model;
  input = await upload([
    request('one', { model, input: 'the match was won' }),
    request('none', { model: 'nobody', input: 'the match was won' }),
    request('two', { model, input: ['shares fell', 'shares rose'] }),
  ].join('\n'), 'batch', 'requests.jsonl');
  created = await create(input);
  assert.match(created.id, /^batch_[a-z0-9]{24}$/);
  assert.equal(created.object, 'batch');
  assert.equal(created.input_file_id, input.id);
  assert.deepEqual(created.metadata, { tour: 'npm' });
});

test('it completes, and counts what was answered and refused', async () => {
  done = await until(batch(created.id), hasStatus('completed', 'failed', 'cancelled', 'expired'));
  assert.equal(done.status, 'completed', JSON.stringify(done));
  assert.deepEqual(done.request_counts, { total: 3, completed: 2, failed: 1 });
  assert.ok(done.completed_at >= done.created_at);
});

test('its output file has the answers in the order of the input', async () => {
  const answers = await linesOf(done.output_file_id);
  assert.deepEqual(answers.map(({ custom_id }) => custom_id), ['one', 'two']);
  for (const { id, response, error } of answers) {
    assert.match(id, /^batch_req_/);
    assert.equal(response.status_code, 200);
    assert.equal(response.body.model, model);
    assert.equal(error, null);
  }
  assert.equal(answers[1].response.body.data.length, 2);
  assert.equal((await client.files.retrieve(done.output_file_id)).purpose, 'batch_output');
});

test('its error file names the line that was refused', async () => {
  const [refused, ...others] = await linesOf(done.error_file_id);
  assert.deepEqual(others, []);
  assert.equal(refused.custom_id, 'none');
  assert.equal(refused.line, 2);
  assert.ok(JSON.stringify(refused).includes('model_not_found'));
});

test('batches are listed page by page', async () => {
  const second = await create(input);
  const ids = (await all(client.batches.list({ limit: 1 }))).map(({ id }) => id);
  assert.ok(ids.indexOf(second.id) >= 0 && ids.indexOf(second.id) < ids.indexOf(created.id));
  await until(batch(second.id), hasStatus('completed'));
});

test('a batch is cancelled', async () => {
  const long = await upload(
    Array.from({ length: 20000 }, (_, i) => request(`r${i}`, { model, input: `the match number ${i}` })).join('\n'), 'batch', 'long.jsonl');
  const { id } = await create(long);
  assert.ok(['cancelling', 'cancelled'].includes((await client.batches.cancel(id)).status));
  await until(batch(id), hasStatus('cancelled'));
});

test('a batch of a file that is not there is refused', async () => {
  await assert.rejects(create({ id: 'file-aaaaaaaaaaaaaaaaaaaaaaaa' }), error => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, 'input_file_id');
    return true;
  });
});
