import { expect, test } from 'vitest';
import { destination, shownDestination } from './destination.ts';
import { noticeBody, noticeText } from './message.ts';
import { type Happening, keptNotices, noticesOf } from './notice.ts';
import { notifySettings, signingSecret } from './settings.ts';

const HISTORY: readonly Happening[] = [
	{ at: 1_000, event: 'activated', id: 'one' },
	{ at: 2_000, event: 'activated', id: 'two', from: 'one', by: 'ann@laptop: pulse-railway deploy' },
	{ at: 3_000, event: 'activated', id: 'one', from: 'two' },
	{ at: 4_000, event: 'recalled', id: 'two', until: 604_000 },
	{ at: 5_000, event: 'stays', id: 'two' },
	{ at: 6_000, event: 'halted', id: 'three', because: '6 of 100 failed' },
	{ at: 7_000, event: 'retired', id: 'two', because: 'recalled' },
	{ at: 8_000, event: 'deleted', id: 'two', because: 'max_drain_age', touched: 3 },
	{ at: 9_000, event: 'restored', id: 'four' },
];
const notices = noticesOf(HISTORY, ({ event, id, at }) => `${event}-${id}-${at}`);

test('of a history, what an operator is woken for becomes a notice', () => {
	expect(notices.map(({ type, data }) => `${type} ${data.deployment_id}`)).toEqual([
		'deployment.deployed one',
		'deployment.deployed two',
		'deployment.rolled_back one',
		'deployment.recalled two',
		'canary.halted three',
		'deployment.deleted two',
		'deployment.restored four',
	]);
	expect(notices.map(noticeText)).toEqual([
		'one is active',
		'two is active in place of one, by ann@laptop: pulse-railway deploy',
		'rolled back to one from two',
		'two was recalled; whoever is on it moves by 1970-01-01T00:10:04.000Z',
		'the canary three was halted (6 of 100 failed); new visitors get the active version alone',
		'two was deleted (max drain age), with 3 page(s) that were told to load anew',
		'four is active: what a command left undone was put right',
	]);
});

test('a deployment that stays is told of once it did so for long enough, with what holds it', () => {
	const staying = [{ id: 'one', drainStartedAt: 0, detail: '2 tabs' }];
	expect(keptNotices(staying, 1_000, 999)).toEqual([]);
	const [kept] = keptNotices(staying, 1_000, 5_000);
	expect(kept && noticeText(kept)).toBe(
		'one is still there, though it is not active since 1970-01-01T00:00:00.000Z: 2 tabs',
	);
});

test('each receiver gets its form, and what people wrote rings and formats nothing there', () => {
	const nasty = { at: 0, event: 'activated', id: 'one', message: '<!channel> @everyone *b*\n`c` \u001b[31m' };
	const [notice] = noticesOf([nasty], () => 'k');
	const source = { platform: 'aws', stack: 'prod' } as const;
	const bodyOf = (form: 'standard' | 'slack' | 'discord') => JSON.parse(noticeBody(form, notice!, source));
	expect(bodyOf('slack')).toEqual({ text: 'prod: one is active; &lt;!channel&gt; @everyone *b* `c` ' });
	expect(bodyOf('discord')).toEqual({
		content: 'prod: one is active; \\<!channel\\> @everyone \\*b\\* \\`c\\` ',
		allowed_mentions: { parse: [] },
	});
	expect(bodyOf('standard')).toMatchObject({
		type: 'deployment.deployed',
		timestamp: '1970-01-01T00:00:00.000Z',
		data: { platform: 'aws', stack: 'prod', deployment_id: 'one' },
	});
});

test('a URL says its form, and is shown without what lets others write there', () => {
	const shown = (url: string) => `${destination(url).form} ${shownDestination(destination(url))}`;
	expect(shown('https://hooks.slack.com/services/T/B/secret')).toBe(
		'slack https://hooks.slack.com/[hidden], in the form of Slack',
	);
	expect(shown('https://discord.com/api/webhooks/1/secret')).toContain('discord https://discord.com/[hidden]');
	expect(shown('https://hooks.slack.com.evil.example/x?key=secret')).toBe(
		'standard https://hooks.slack.com.evil.example/[hidden]',
	);
	expect(shown('http://receiver.railway.internal:8080/x')).toContain('standard http://receiver.railway.internal:8080');
	expect(JSON.stringify(destination('https://h.example/secret'))).not.toContain('secret');
});

test("Discord gets its own form also by the address that takes Slack's, where @everyone in what visitors wrote would ring", () => {
	const { url, form } = destination('https://discord.com/api/webhooks/1/secret/slack?thread_id=2');
	expect([form, url.reveal()]).toEqual(['discord', 'https://discord.com/api/webhooks/1/secret?thread_id=2']);
});

test.each(['http://h.example/s3cret', 'https://u:s3cret@h.example', 's3cret', 'ftp://h.example/s3cret'])(
	'%s is refused without being shown',
	(url) => {
		expect(() => notifySettings('P').notify.parse(url)).toThrow(/^must /);
		expect(() => notifySettings('P').notify.parse(url)).not.toThrow(/s3cret/);
	},
);

test('a signing secret is read with its prefix or without, and too short a one is refused', () => {
	const bytes = Buffer.alloc(24, 7).toString('base64');
	expect([`whsec_${bytes}`, bytes].map((one) => signingSecret(one).reveal())).toEqual([
		`whsec_${bytes}`,
		`whsec_${bytes}`,
	]);
	for (const wrong of ['whsec_', 'whsec_c2hvcnQ=', 'pass word']) expect(() => signingSecret(wrong)).toThrow(/24 to 64/);
});
