import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { all, client, fineTune, hasEnded, job, until, upload } from './support.mjs';

let file, created, done;

test('a job is created with options of our own and echoes them', async () => {
  file = await upload();
  created = await fineTune(file.id, { epochs: 3, suffix: 'npm-tour', seed: 7, metadata: { tour: 'npm', step: '1' } });
  assert.match(created.id, /^ftjob-[a-z0-9]{24}$/);
  assert.equal(created.object, 'fine_tuning.job');
  assert.equal(created.training_file, file.id);
  assert.equal(created.seed, 7);
  assert.deepEqual(created.metadata, { tour: 'npm', step: '1' });
  assert.equal(created.hyperparameters.n_epochs, 3);
  assert.equal(created.method.supervised.hyperparameters.hidden_size, 16);
  assert.equal(created.error, null);
});

test('a job succeeds, and its estimate is never in the past', async () => {
  done = await until(job(created.id), answer => {
    assert.ok(answer.estimated_finish === null || answer.estimated_finish >= Date.now() / 1000 + 3, JSON.stringify(answer));
    assert.ok(Array.isArray(answer.result_files) && Number.isInteger(answer.seed));
    return hasEnded(answer);
  });
  assert.equal(done.status, 'succeeded', JSON.stringify(done));
  assert.equal(done.fine_tuned_model, 'npm-tour:1');
  assert.ok(Number.isInteger(done.trained_tokens) && done.trained_tokens > 0 && done.trained_tokens < 2 ** 31);
  assert.ok(done.finished_at >= done.created_at);
  assert.equal(done.estimated_finish, null);
});

test('the figures of every step are a file to download', async () => {
  assert.equal(done.result_files.length, 1);
  const results = await client.files.retrieve(done.result_files[0]);
  assert.equal(results.purpose, 'fine-tune-results');
  assert.equal(results.status, 'processed');
  const [header, ...lines] = (await (await client.files.content(results.id)).text()).trimEnd().split('\n').map(line => line.split(','));
  assert.deepEqual(header, ['step', 'epoch', 'learning_rate', 'train_loss', 'valid_loss', 'valid_accuracy', 'valid_macro_f1', 'valid_rmse']);
  assert.deepEqual(lines.map(([step]) => Number(step)), lines.map((_, i) => i + 1));
  assert.ok(lines.every(line => line.length === header.length && Number(line[3]) > 0));
  assert.ok(lines.some(line => Number(line[4]) > 0 && Number(line[5]) > 0));
  assert.ok((await all(client.files.list({ purpose: 'fine-tune-results' }))).some(({ id }) => id === results.id));
});

test('events come newest first, page by page', async () => {
  const events = await all(client.fineTuning.jobs.listEvents(created.id, { limit: 2 }));
  assert.ok(events.length > 4);
  assert.match(events[0].message, /npm-tour:1/);
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length);
  assert.ok(events.every(({ object, level }) => object === 'fine_tuning.job.event' && ['info', 'warn', 'error'].includes(level)));
  assert.ok(events.some(({ type, data }) => type === 'metrics' && data.valid_loss > 0));
});

test('checkpoints come page by page, and each is a model that classifies', async () => {
  const checkpoints = await all(client.fineTuning.jobs.checkpoints.list(created.id, { limit: 1 }));
  assert.ok(checkpoints.length >= 1);
  for (const { fine_tuned_model_checkpoint: model, step_number, metrics, fine_tuning_job_id } of checkpoints) {
    assert.equal(fine_tuning_job_id, created.id);
    assert.equal(metrics.step, step_number);
    assert.equal(model, `${created.id}:step-${step_number}`);
    const answer = await client.post('/classify', { body: { model, input: 'the match was won' } });
    assert.equal(answer.model, model);
    assert.ok(['sport', 'money'].includes(answer.data[0].label));
  }
});

test('the fine-tuned model classifies', async () => {
  const answer = await client.post('/classify', { body: { model: done.fine_tuned_model, input: ['a match', 'some shares'] } });
  assert.equal(answer.data.length, 2);
  assert.equal(answer.model, done.fine_tuned_model);
});

test('jobs are listed page by page', async () => {
  const second = await fineTune(file.id, { suffix: 'npm-tour' });
  const ids = (await all(client.fineTuning.jobs.list({ limit: 1 }))).map(({ id }) => id);
  assert.ok(ids.indexOf(second.id) >= 0 && ids.indexOf(second.id) < ids.indexOf(created.id));
  const ended = await until(job(second.id), hasEnded);
  assert.equal(ended.fine_tuned_model, 'npm-tour:2');
});

test('jobs are filtered by metadata', async () => {
  const mine = await all(client.fineTuning.jobs.list({ limit: 1, metadata: { tour: 'npm' } }));
  assert.deepEqual(mine.map(({ id }) => id), [created.id]);
  const without = await all(client.fineTuning.jobs.list({ metadata: null }));
  assert.ok(without.length > 0 && without.every(({ metadata }) => Object.keys(metadata).length === 0));
});

test('refusals name the parameter', async () => {
  const refused = (promise, kind, param) => assert.rejects(promise, error => {
    assert.ok(error instanceof kind, `${error}`);
    assert.equal(error.param, param);
    assert.ok(error.code && error.message.length > 20);
    return true;
  });
  await refused(fineTune('file-aaaaaaaaaaaaaaaaaaaaaaaa'), OpenAI.BadRequestError, 'training_file');
  await refused(fineTune(file.id, { epochs: 'many' }), OpenAI.BadRequestError, 'method.supervised.hyperparameters.n_epochs');
  await refused(fineTune(file.id, { colour: 'blue' }), OpenAI.BadRequestError, 'colour');
  await refused(fineTune(file.id, { metadata: { tour: 1 } }), OpenAI.BadRequestError, 'metadata.tour');
  const oneLabel = await upload('text,label\none,a\ntwo,a\nthree,a\n');
  await refused(fineTune(oneLabel.id), OpenAI.UnprocessableEntityError, 'training_file');
  await refused(client.fineTuning.jobs.retrieve('ftjob-aaaaaaaaaaaaaaaaaaaaaaaa'), OpenAI.NotFoundError, null);
});
