# One image for every role: build it with `docker build .` or `docker compose build`, run it as docs/operations.md says.
# The base images are arguments, for mirrors, pinned digests and other flavours. They need glibc 2.34 or newer, libstdc++
# and ICU (Alpine has no glibc; "-extra" flavours of the distroless images have ICU, plain ones do not). 10.0 is Ubuntu 24.04.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0

# The natives are for x64 alone; without the platform an arm64 machine would put them on an arm64 base.
FROM --platform=linux/amd64 ${SDK_IMAGE} AS build
# Build servers would outlive the step that started them.
ENV CI=true DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
WORKDIR /source

# Packages first, from the files that name them and nothing else: a change of code leaves this layer in the cache.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build/ build/
COPY src/Model/FeedbackService.Model.csproj src/Model/packages.lock.json src/Model/
COPY src/Training/FeedbackService.Training.csproj src/Training/packages.lock.json src/Training/
COPY src/Api/FeedbackService.Api.csproj src/Api/packages.lock.json src/Api/
# cpu | cuda: which libtorch the image carries. There is no lock file for cuda; its versions are those of Directory.Packages.props.
ARG TORCH_BACKEND=cpu
RUN dotnet restore src/Api/FeedbackService.Api.csproj --locked-mode -p:TorchBackend="$TORCH_BACKEND"

COPY .editorconfig ./
COPY eng/ eng/
COPY samples/support-tickets/ samples/support-tickets/
COPY src/ src/
ARG VERSION=0.1.0
ARG REVISION=
# A tree per layer, by how often its content changes: libtorch and other natives, libraries from packages, our own code. Equal modes
# and times make equal content an equal layer, with or without a cache, so that a change of code pushes the last one alone.
RUN dotnet publish src/Api/FeedbackService.Api.csproj --configuration Release --runtime linux-x64 --no-self-contained --no-restore \
        --output /image/code/app -p:TorchBackend="$TORCH_BACKEND" -p:ContinuousIntegrationBuild=true -p:Version="$VERSION" -p:SourceRevisionId="$REVISION" \
        -p:CreateHardLinksForPublishFilesIfPossible=false \
    && mkdir -p /image/native/app /image/libraries/app /image/owned/data \
    && find /image/code/app -maxdepth 1 -name '*.so*' -exec mv -t /image/native/app {} + \
    && find /image/code/app -maxdepth 1 -name '*.dll' ! -name 'FeedbackService.*' -exec mv -t /image/libraries/app {} + \
    && chmod -R u=rwX,go=rX /image \
    && find /image -exec touch --date=@0 {} +

# Nothing runs in this stage, so that a base without a shell will do.
FROM --platform=linux/amd64 ${RUNTIME_IMAGE}
# By number, which a cluster can see is not root; it is the user "app" of Microsoft's images.
COPY --from=build --chown=1654:1654 /image/owned/ /
COPY --from=build /image/native/ /
COPY --from=build /image/libraries/ /
COPY --from=build /image/code/ /
USER 1654:1654
WORKDIR /app
VOLUME /data
EXPOSE 8080
# The runtime's diagnostics would write sockets to /tmp, and a dump would hold texts and keys.
ENV FEEDBACKSERVICE_URLS=http://*:8080 \
    FEEDBACKSERVICE_DATA_DIR=/data \
    ASPNETCORE_HTTP_PORTS= \
    DOTNET_EnableDiagnostics=0 \
    DOTNET_DbgEnableMiniDump=0
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["/app/FeedbackService.Api", "health"]
ENTRYPOINT ["/app/FeedbackService.Api"]

ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="FeedbackService" \
      org.opencontainers.image.description="Fine-tunes text classifiers and serves them over REST" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
