import { describe, expect, it } from 'vitest';
import { idle, type OpenStore, useJanitor } from './testing/janitor-fixture.ts';

/** What a janitor does with previews. */
export function describePreviews(open: OpenStore): void {
	describe('a janitor and a preview (R9.7)', () => {
		const on = useJanitor(open);
		const preview = async (id: string, forMs: number, app: object = {}) => {
			await on.deploy(id, app);
			await on.deploy(`${id}-live`);
			await on.store.remove(id);
			await on.store.register(id, `svc-${id}`);
			await on.store.beginPreview(id, { name: 'pr-12', until: on.now + forMs });
		};

		it('keeps one that nobody is on until its time, and then deletes it with whoever is on it', async () => {
			await preview('pr', 3 * 86_400_000, { sessions: { ...idle('pr'), render_session_count: 1 }, sockets: 1 });
			on.now += 2 * 86_400_000;
			expect(await on.run()).toMatchObject({ deleted: [], kept: [{ id: 'pr', reason: 'preview', detail: 'pr-12' }] });
			on.now += 86_400_001;
			expect(await on.run()).toMatchObject({ deleted: [{ id: 'pr', reason: 'preview_over' }] });
			expect(await on.states()).toEqual({ 'pr-live': 'active' });
		});

		it('deletes the one whose place another has taken', async () => {
			await preview('pr', 86_400_000);
			await on.deploy('two');
			await on.store.register('later', 'svc-later');
			on.world.add('svc-later', { PULSE_DEPLOYMENT_ID: 'later' });
			await on.store.beginPreview('later', { name: 'pr-12', until: on.now + 86_400_000 });
			on.now += 1;
			expect(await on.run()).toMatchObject({
				deleted: expect.arrayContaining([expect.objectContaining({ id: 'pr', reason: 'preview_over' })]),
			});
			expect(await on.states()).toMatchObject({ two: 'active', later: 'draining' });
		});
	});
}
