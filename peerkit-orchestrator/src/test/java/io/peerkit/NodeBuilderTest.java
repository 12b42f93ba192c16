// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.peerkit.agent.FileKeyStore;
import io.peerkit.agent.KeyStore;
import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.PeerkitNode;
import io.peerkit.api.gossip.Authority;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.storage.StorageFactory;
import io.peerkit.storage.sealed.SealedStorage;
import io.peerkit.storage.sealed.StorageKey;
import io.peerkit.storage.sqlite.SqliteStorage;
import io.peerkit.testkit.storage.MemoryStorage;
import io.peerkit.transport.libp2p.Libp2pTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeBuilderTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private static NodeBuilder complete() {
        return Peerkit.node()
                .storage(MemoryStorage.factory())
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.sharedKey(new byte[32]))
                .keys(KeyStore.inMemory());
    }

    @Test
    void start_withoutStorage_refusedByName() {
        assertThatThrownBy(() -> Peerkit.node()
                        .transport(Libp2pTransport.builder())
                        .access(NetworkAccess.open())
                        .start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("storage is missing");
    }

    @Test
    void start_withoutTransport_refusedByName() {
        assertThatThrownBy(() -> Peerkit.node()
                        .storage(MemoryStorage.factory())
                        .access(NetworkAccess.open())
                        .start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("transport is missing");
    }

    @Test
    void start_authorityWhereNotEverybodyStoresEverything_refused() {
        assertThatThrownBy(() -> complete()
                        .distribution(DistributionStrategy.ring(3))
                        .authority(Authority::of)
                        .start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("authority");
    }

    @Test
    void start_withoutAccess_refusedByName() {
        assertThatThrownBy(() -> Peerkit.node()
                        .storage(MemoryStorage.factory())
                        .transport(Libp2pTransport.builder())
                        .start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("access is missing");
    }

    @Test
    void start_sealedStoreWithoutKeys_refusedByNameAndNothingMade() {
        Path file = folder.resolve("store.db");
        StorageFactory sealed = SealedStorage.of(SqliteStorage.at(file), StorageKey.of(new byte[32]));
        NodeBuilder builder = Peerkit.node()
                .storage(sealed)
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.sharedKey(new byte[32]));

        assertThatThrownBy(builder::start)
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("keys is missing")
                .hasMessageContaining("store.db.keys")
                .hasMessageContaining("FileKeyStore.at(file, passphrase)");
        assertThat(folder).isEmptyDirectory();

        Path keys = folder.resolve("node.keys");
        builder.keys(FileKeyStore.at(keys, new byte[32])).start().join().close();
        assertThat(keys).isRegularFile();
        assertThat(folder.resolve("store.db.keys")).doesNotExist();
    }

    @Test
    void start_sealedStoreWithoutAFile_keysInMemory() {
        StorageFactory sealed = SealedStorage.of(MemoryStorage.factory(), StorageKey.of(new byte[32]));

        Peerkit.node()
                .storage(sealed)
                .transport(Libp2pTransport.builder().listen("/ip4/127.0.0.1/tcp/0"))
                .access(NetworkAccess.sharedKey(new byte[32]))
                .start()
                .join()
                .close();
    }

    @Test
    void start_relayWithoutTransport_refusedByName() {
        assertThatThrownBy(() -> Peerkit.relay().access(NetworkAccess.open()).start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("transport is missing");
    }

    @Test
    void start_roundOutOfBounds_refusedByName() {
        assertThatThrownBy(() -> complete().round(Duration.ofMillis(99)).start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("round is PT0.099S");
        assertThatThrownBy(
                        () -> complete().round(Duration.ofHours(1).plusNanos(1)).start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("round");
    }

    @Test
    void start_driftOutOfBounds_refusedByName() {
        assertThatThrownBy(() -> complete().maxClockDrift(Duration.ofNanos(-1)).start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("maxClockDrift");
    }

    @Test
    void start_validationDeadlineOutOfBounds_refusedByName() {
        assertThatThrownBy(() ->
                        complete().validationDeadline(Duration.ofMillis(99)).start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("validationDeadline");
        assertThatThrownBy(() -> complete()
                        .validationDeadline(Duration.ofHours(1).plusNanos(1))
                        .start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("validationDeadline");
    }

    @Test
    void start_sameBootstrapTwice_refusedByName() {
        NodeAddress address = new NodeAddress("/ip4/127.0.0.1/tcp/1");
        assertThatThrownBy(
                        () -> complete().bootstrap(address).bootstrap(address).start())
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("bootstrap names");
    }

    @Test
    void start_listenAndNoListen_refusedByName() {
        assertThatThrownBy(() -> complete()
                        .transport(Libp2pTransport.builder()
                                .listen("/ip4/127.0.0.1/tcp/0")
                                .noListen())
                        .start()
                        .join())
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("listen");
    }

    @Test
    void start_twice_refused() {
        NodeBuilder builder = complete();
        PeerkitNode node = builder.start().join();
        try {
            assertThatThrownBy(builder::start)
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("start");
        } finally {
            node.close();
        }
    }
}
