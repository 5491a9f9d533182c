import type { Perform } from '../perform.ts';
import { platformOf, serviceId } from '../run.ts';

export const upload: Perform<'upload'> = async (step, run, signal, report) => {
	report('packing');
	const archive = await run.ports.pack(step.source, signal);
	try {
		const { deploymentId } = await platformOf(run).upload(serviceId(run, step.service), archive, signal, (sent) =>
			report(`${size(sent)} of ${size(archive.bytes)}`),
		);
		run.deployments.set(step.service, { id: deploymentId, status: null });
		return size(archive.bytes);
	} finally {
		await archive.dispose();
	}
};

function size(bytes: number): string {
	return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
