# The image of the container beside a container app on AWS. Its context is the folder of packed tarballs, so that it holds
# exactly what is published; what it holds is the same on every architecture:
#   npm run build && npm run tarballs && docker buildx build --platform linux/arm64,linux/amd64 -f docker/sidecar.Dockerfile tarballs
FROM --platform=$BUILDPLATFORM node:24-slim AS install
WORKDIR /app
COPY pulse-aws-*.tgz /tarballs/
RUN tar -xzf /tarballs/pulse-aws-*.tgz --strip-components=3 package/dist/sidecar-image \
	&& mkdir bin && ln -s ../lib/sidecar/bin.js bin/pulse-edge && chmod +x lib/sidecar/bin.js

FROM node:24-slim
ARG VERSION=unknown
LABEL org.opencontainers.image.title="pulse-aws-sidecar" \
	org.opencontainers.image.description="Keeps every browser tab of a container app on the deployment that served it" \
	org.opencontainers.image.licenses="MIT" \
	org.opencontainers.image.version="$VERSION"
ENV NODE_ENV=production \
	PATH=/app/bin:$PATH
WORKDIR /app
COPY --from=install /app ./
USER 1000:1000
EXPOSE 8000
# No shell between: SIGTERM must reach the sidecar, which lets requests and sockets end.
CMD ["pulse-edge", "sidecar"]
