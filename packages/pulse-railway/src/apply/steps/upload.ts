import type { Perform } from '../perform.ts';
import { platformOf, serviceId } from '../run.ts';

export const upload: Perform<'upload'> = async (step, run, signal, report) => {
	report('packing');
	const archive = await run.ports.pack(step.source, signal);
	try {
		const { deploymentId } = await platformOf(run).upload(serviceId(run, step.service), archive, signal, (sent) =>
			report(`${megabytes(sent)} of ${megabytes(archive.bytes)} MB`),
		);
		run.deployments.set(step.service, { id: deploymentId, status: null });
		return `${megabytes(archive.bytes)} MB`;
	} finally {
		await archive.dispose();
	}
};

function megabytes(bytes: number): string {
	return (bytes / 1_000_000).toFixed(1);
}
