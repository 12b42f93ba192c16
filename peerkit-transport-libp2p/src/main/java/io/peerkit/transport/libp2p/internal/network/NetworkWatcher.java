// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.network;

import io.peerkit.transport.libp2p.internal.multiformats.Multiaddr;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the machine's network from time to time, on a thread of its own, and tells what {@link NetworkWatch} finds. Safe for use by any thread. */
public final class NetworkWatcher implements AutoCloseable {
    private static final Duration CLOSING_TIME = Duration.ofSeconds(2);
    private static final Logger LOG = LoggerFactory.getLogger(NetworkWatcher.class);

    /** Is told what is new, on the watcher's thread; must return soon. */
    public interface Listener {
        /**
         * The machine's addresses changed or it has slept: whatever is connected may not be any more.
         *
         * @param gone addresses that the machine has no longer
         */
        void moved(Set<InetAddress> gone);

        /** This node can be reached elsewhere than before. */
        void addressesChanged();
    }

    /** What is looked at. */
    public interface Source {
        /**
         * The machine's addresses.
         *
         * @return those of interfaces that are up
         * @throws IOException when the system does not say
         */
        Set<InetAddress> present() throws IOException;

        /**
         * Where this node can be reached.
         *
         * @return addresses without the node's name
         */
        List<Multiaddr> addresses();

        /**
         * A clock that goes on steadily.
         *
         * @return nanoseconds
         */
        default long nanoTime() {
            return System.nanoTime();
        }

        /**
         * The clock on the wall.
         *
         * @return milliseconds
         */
        default long wallMillis() {
            return System.currentTimeMillis();
        }
    }

    private final Source source;
    private final Listener listener;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread named = new Thread(task, "peerkit-network");
        named.setDaemon(true);
        return named;
    });
    private Optional<NetworkWatch> watch = Optional.empty();

    private NetworkWatcher(Source source, Listener listener) {
        this.source = source;
        this.listener = listener;
    }

    /**
     * Starts.
     *
     * @param source what to look at
     * @param listener is told
     * @return what to close
     */
    public static NetworkWatcher start(Source source, Listener listener) {
        NetworkWatcher watcher = new NetworkWatcher(source, listener);
        var unused = watcher.thread.scheduleWithFixedDelay(
                watcher::look, 0, NetworkWatch.INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
        return watcher;
    }

    /**
     * The addresses of interfaces that are up.
     *
     * @return a new set
     * @throws IOException when the system does not say
     */
    public static Set<InetAddress> interfaceAddresses() throws IOException {
        Set<InetAddress> addresses = new LinkedHashSet<>();
        for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
            if (each.isUp()) {
                each.inetAddresses().forEach(addresses::add);
            }
        }
        return addresses;
    }

    /** Looks now and not only when it is time; of use when something else has noticed a change. */
    public void lookNow() {
        execute(this::look);
    }

    /**
     * Others were told of this node's addresses on another occasion.
     *
     * @param addresses which ones
     */
    public void told(List<Multiaddr> addresses) {
        execute(() -> watch.ifPresent(each -> each.told(addresses)));
    }

    private void execute(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed", e);
        }
    }

    private void look() {
        try {
            Set<InetAddress> present = source.present();
            List<Multiaddr> addresses = source.addresses();
            if (watch.isEmpty()) {
                watch = Optional.of(new NetworkWatch(present, addresses, source.nanoTime(), source.wallMillis()));
                return;
            }
            NetworkWatch.Look<Multiaddr> look =
                    watch.get().look(present, addresses, source.nanoTime(), source.wallMillis());
            if (look.changed() || look.slept()) {
                LOG.debug("network changed: {} gone, slept {}", look.gone(), look.slept());
                listener.moved(look.gone());
            }
            if (look.news().isPresent()) {
                listener.addressesChanged();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("this look at the network failed", e); // the next one may not
        }
    }

    /** Ends the thread, without waiting for that. */
    public void stop() {
        thread.shutdownNow();
    }

    /** Ends the thread; returns when it has ended, or after 2 s. */
    @Override
    public void close() {
        stop();
        try {
            if (!thread.awaitTermination(CLOSING_TIME.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("the look at the network still goes on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
