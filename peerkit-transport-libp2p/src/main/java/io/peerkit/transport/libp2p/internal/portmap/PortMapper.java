// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps ports open at the router: finds out which protocol it speaks (PCP, NAT-PMP, UPnP IGD, in this order), renews, and
 * begins anew when the way to the internet changes. Works on a thread of its own from the first wish on.
 *
 * <p>Safe for use by any thread.
 */
public final class PortMapper implements AutoCloseable {
    /** What is asked for: so short that a port does not stay open for long behind a node that ended without a word. */
    static final Duration LIFETIME = Duration.ofMinutes(20);

    /** How often is looked whether the way to the internet is another. */
    private static final Duration WATCH = Duration.ofSeconds(20);

    /** How long {@link #close} waits for ports to be closed. */
    private static final Duration CLOSING_TIME = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger(PortMapper.class);

    private final HomeNetwork network;
    private final RandomGenerator random;
    private final Consumer<List<PortMapping>> changed;
    private final RouterSockets sockets = new RouterSockets();
    private final LeaseBook leases;

    // Guarded by this.
    private List<LocalPort> wanted = List.of();
    private boolean rechecking;
    private boolean news;
    private boolean closed;
    private @Nullable Thread thread;

    // Only on the thread.
    private Optional<HomeNetwork.Way> way = Optional.empty();
    private @Nullable Gateway gateway;
    private List<PortMapping> told = List.of();

    /**
     * Prepares; nothing is opened and nobody asked before {@link #want}.
     *
     * @param changed is told what is open, when it changes, on a thread that it may not block for long
     * @param random draws nonces and ports
     */
    public PortMapper(Consumer<List<PortMapping>> changed, RandomGenerator random) {
        this(HomeNetwork::ofSystem, changed, random);
    }

    PortMapper(HomeNetwork network, Consumer<List<PortMapping>> changed, RandomGenerator random) {
        this.network = network;
        this.changed = changed;
        this.random = random;
        leases = new LeaseBook(random);
    }

    /**
     * Sets which ports shall be open.
     *
     * @param ports ports that this node listens at
     */
    public synchronized void want(Collection<LocalPort> ports) {
        wanted = List.copyOf(ports);
        if (thread == null && !closed && !wanted.isEmpty()) {
            thread = new Thread(this::work, "peerkit-transport-ports");
            thread.setDaemon(true);
            thread.start();
        }
        news = true;
        notifyAll();
    }

    /** Asks the router again for all ports, since the network may be another. */
    public synchronized void recheck() {
        rechecking = true;
        news = true;
        notifyAll();
    }

    private void work() {
        try {
            while (!isClosed()) {
                step();
                awaitWork();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that; the ports are closed all the same
        } finally {
            sockets.resume();
            leases.open(Instant.now()).forEach(this::unmap);
        }
    }

    /** Waits until somebody wishes something, and no longer than until it is time to look at the network. */
    private synchronized void awaitWork() throws InterruptedException {
        long deadline = System.nanoTime() + WATCH.toNanos();
        long left = WATCH.toNanos();
        while (!news && left > 0) {
            wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            left = deadline - System.nanoTime();
        }
        news = false;
    }

    private synchronized boolean takeRechecking() {
        boolean asked = rechecking;
        rechecking = false;
        return asked;
    }

    private synchronized List<LocalPort> wanted() {
        return wanted;
    }

    private void step() {
        Optional<HomeNetwork.Way> current = network.way();
        if (!current.equals(way)) {
            way = current;
            gateway = null;
            leases.routerChanged();
        }
        if (takeRechecking()) {
            leases.recheck();
        }
        leases.want(wanted()).forEach(this::unmap);
        for (Optional<LocalPort> due = leases.due(Instant.now());
                due.isPresent() && !isClosed();
                due = leases.due(Instant.now())) {
            ask(due.get());
        }
        tell();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void ask(LocalPort local) {
        try {
            PortMapping mapping = map(local);
            LOG.debug("router has opened {} port {} for {}", gateway, mapping.externalPort(), local);
            leases.mapped(mapping, Instant.now());
        } catch (PortMapException e) {
            LOG.debug("no port is opened for {}: {}", local, e.getMessage());
            leases.failed(local, Instant.now());
        }
    }

    private PortMapping map(LocalPort local) throws PortMapException {
        HomeNetwork.Way there = way.orElseThrow(() -> new PortMapException("no router is known"));
        int wish = leases.wish(local);
        if (gateway != null) {
            try {
                return gateway.map(local, wish, LIFETIME);
            } catch (PortMapException e) {
                LOG.debug("{} opens no port any more: {}", gateway, e.getMessage());
            }
        }
        PortMapException last = new PortMapException("router speaks none of the protocols");
        for (Finder finder : finders(there)) {
            try {
                Gateway found = finder.find();
                PortMapping mapping = found.map(local, wish, LIFETIME);
                gateway = found;
                return mapping;
            } catch (PortMapException e) {
                last = e;
            }
            if (isClosed()) {
                break;
            }
        }
        throw last;
    }

    /** Comes by a gateway. */
    private interface Finder {
        Gateway find() throws PortMapException;
    }

    private List<Finder> finders(HomeNetwork.Way there) {
        return List.of(
                () -> new PcpGateway(sockets, there.router(), there.client(), random),
                () -> new NatPmpGateway(sockets, there.router()),
                () -> UpnpGateway.find(sockets, there.client(), there.group(), random));
    }

    private void unmap(PortMapping mapping) {
        if (gateway != null) {
            try {
                gateway.unmap(mapping);
            } catch (PortMapException e) {
                LOG.debug("port {} may stay open: {}", mapping.externalPort(), e.getMessage());
            }
        }
    }

    private void tell() {
        List<PortMapping> open = leases.open(Instant.now());
        if (!open.equals(told)) {
            told = open;
            changed.accept(open);
        }
    }

    /** Begins to close the ports that are open, and waits for nothing. */
    public void stop() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            news = true;
            notifyAll();
        }
        sockets.abort();
    }

    /** Closes the ports that are open, within 3 s. */
    @Override
    public void close() {
        stop();
        Thread working;
        synchronized (this) {
            working = thread;
        }
        if (working != null && working != Thread.currentThread()) {
            try {
                working.join(CLOSING_TIME.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
