// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NetworkWatcherTest {
    private static final class Machine implements NetworkWatcher.Source {
        private volatile Set<InetAddress> present = Set.of(InetAddress.getLoopbackAddress());
        private volatile List<Multiaddr> addresses = List.of();
        private volatile boolean broken;
        private final Semaphore looks = new Semaphore(0);
        private final Semaphore failures = new Semaphore(0);

        @Override
        public Set<InetAddress> present() throws IOException {
            if (broken) {
                failures.release();
                throw new IOException("made for the test");
            }
            return present;
        }

        @Override
        public List<Multiaddr> addresses() {
            List<Multiaddr> now = addresses;
            looks.release();
            return now;
        }
    }

    private final Machine machine = new Machine();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private NetworkWatcher start() {
        return NetworkWatcher.start(machine, new NetworkWatcher.Listener() {
            @Override
            public void moved(Set<InetAddress> gone) {
                heard.add("gone " + gone.size());
            }

            @Override
            public void addressesChanged() {
                heard.add("addresses");
            }
        });
    }

    @Test
    void lookNow_interfaceGone_toldAlsoAfterAFailedLook() throws Exception {
        try (NetworkWatcher watcher = start()) {
            assertThat(machine.looks.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            machine.broken = true;
            watcher.lookNow();
            assertThat(machine.failures.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            machine.broken = false;
            machine.present = Set.of();
            machine.addresses = List.of(Multiaddr.parse("/ip4/10.0.0.1/tcp/1"));
            watcher.lookNow();
            watcher.lookNow();
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("gone 1");
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("addresses");
        }
    }

    @Test
    void interfaceAddresses_thisMachine_hasLoopback() throws Exception {
        assertThat(NetworkWatcher.interfaceAddresses()).anyMatch(InetAddress::isLoopbackAddress);
    }
}
