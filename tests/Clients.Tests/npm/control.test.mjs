// Pause, resume and cancel of a training that runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { client, fineTune, hasEnded, hasStatus, job, until, upload } from './support.mjs';

const LONG = 1000; // epochs: none of these trainings is left to end by itself
let file, running;

const checkpointsOf = id => async () => (await client.fineTuning.jobs.checkpoints.list(id)).data;

test('a running job is paused at a checkpoint', async () => {
  file = await upload();
  running = await fineTune(file.id, { epochs: LONG, suffix: 'npm-control' });
  await until(checkpointsOf(running.id), checkpoints => checkpoints.length > 0);
  const asked = await client.fineTuning.jobs.pause(running.id);
  assert.ok(['running', 'paused'].includes(asked.status));
  const paused = await until(job(running.id), hasStatus('paused'));
  assert.equal(paused.estimated_finish, null);
  assert.equal(paused.finished_at, null);
  assert.equal(paused.fine_tuned_model, null);
});

test('pausing it again changes nothing', async () => {
  assert.equal((await client.fineTuning.jobs.pause(running.id)).status, 'paused');
});

test('a resumed job goes on from its checkpoint', async () => {
  const [{ step_number: step }] = await checkpointsOf(running.id)();
  const resumed = await client.fineTuning.jobs.resume(running.id);
  assert.ok(['queued', 'running'].includes(resumed.status));
  const events = await until(
    async () => (await client.fineTuning.jobs.listEvents(running.id, { limit: 100 })).data,
    found => found.some(({ message }) => message.startsWith('Going on from step')));
  const goingOn = events.find(({ message }) => message.startsWith('Going on from step'));
  assert.ok(goingOn.data.resumed_from_step >= step);
  await until(checkpointsOf(running.id), ([newest]) => newest.step_number > goingOn.data.resumed_from_step);
});

test('a job that runs is cancelled and publishes nothing', async () => {
  await client.fineTuning.jobs.cancel(running.id);
  const cancelled = await until(job(running.id), hasEnded);
  assert.equal(cancelled.status, 'cancelled');
  assert.equal(cancelled.fine_tuned_model, null);
  assert.ok(cancelled.finished_at > 0);
  await assert.rejects(client.models.retrieve('npm-control'), OpenAI.NotFoundError);
});

test('a permanent conflict is not repeated by the client', async () => {
  let sent = 0;
  const counting = client.withOptions({ fetch: (...request) => (sent++, fetch(...request)) });
  await assert.rejects(counting.fineTuning.jobs.resume(running.id), error => {
    assert.ok(error instanceof OpenAI.ConflictError);
    assert.equal(error.code, 'job_not_paused');
    return true;
  });
  assert.equal(sent, 1);
});

test('a job that waits is paused, resumed and cancelled', async () => {
  const first = await fineTune(file.id, { epochs: LONG, suffix: 'npm-control' });
  const waiting = await fineTune(file.id, { epochs: LONG, suffix: 'npm-control' });
  await until(job(first.id), hasStatus('running'));
  assert.equal((await client.fineTuning.jobs.pause(waiting.id)).status, 'paused');
  assert.equal((await client.fineTuning.jobs.resume(waiting.id)).status, 'queued');
  assert.equal((await client.fineTuning.jobs.cancel(waiting.id)).status, 'cancelled');
  await client.fineTuning.jobs.cancel(first.id);
  await until(job(first.id), hasEnded);
});
