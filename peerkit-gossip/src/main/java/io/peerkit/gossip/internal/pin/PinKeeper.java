// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.pin;

import io.peerkit.api.Pinned;
import io.peerkit.api.storage.Storage;
import io.peerkit.gossip.NodeLoop;
import io.peerkit.gossip.internal.locate.BlobLookup;
import io.peerkit.gossip.internal.locate.Wanted;
import io.peerkit.gossip.internal.stream.LoopHop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Pins for the application, and looks for what is pinned and not here. Belongs to the node loop. */
public final class PinKeeper {
    /** The most pins that are looked for at a time; leaves searches to the application. */
    private static final int MAX_LOOKS = 4;

    /** What was not found is looked for again after so many ticks of a second. */
    private static final int RETRY_TICKS = 600;

    private static final Logger LOG = LoggerFactory.getLogger(PinKeeper.class);

    private final NodeLoop loop;
    private final Storage storage;
    private final Pins pins;
    private final BlobLookup lookup;
    private final Deque<Wanted> toLookFor = new ArrayDeque<>();
    private final Set<Wanted> absent = new LinkedHashSet<>();
    private int looks;
    private int ticks;

    /**
     * @param lookup finds what is not here
     */
    public PinKeeper(NodeLoop loop, Storage storage, Pins pins, BlobLookup lookup) {
        this.loop = loop;
        this.storage = storage;
        this.pins = pins;
        this.lookup = lookup;
    }

    /** Begins to look for what an earlier run did not get. */
    public void start() {
        Pinned all = pins.all();
        all.entries().forEach(entry -> toLookFor.add(new Wanted.Entry(entry)));
        all.blobs().forEach(blob -> toLookFor.add(new Wanted.Blob(blob)));
    }

    /** Pins something; it is looked for behind the answer. */
    public void pin(Wanted wanted, CompletableFuture<Void> answer) {
        LoopHop.then(
                loop,
                pins.pin(wanted),
                done -> {
                    answer.complete(null);
                    toLookFor.addFirst(wanted);
                    next();
                },
                answer::completeExceptionally);
    }

    /** Takes a pin back. */
    public void unpin(Wanted wanted, CompletableFuture<Boolean> answer) {
        LoopHop.then(
                loop,
                pins.unpin(wanted),
                was -> {
                    absent.remove(wanted);
                    answer.complete(was);
                },
                answer::completeExceptionally);
    }

    /** Lists what is pinned. */
    public Pinned pinned() {
        return pins.all();
    }

    /** Time passes; called every second or so. */
    public void tick() {
        if (++ticks % RETRY_TICKS == 0) {
            toLookFor.addAll(absent);
            absent.clear();
        }
        next();
    }

    private void next() {
        while (looks < MAX_LOOKS && !toLookFor.isEmpty()) {
            Wanted wanted = toLookFor.remove();
            if (pins.contains(wanted)) {
                looks++;
                LoopHop.then(
                        loop,
                        isHere(wanted),
                        here -> {
                            if (here) {
                                looked();
                            } else {
                                fetch(wanted);
                            }
                        },
                        reason -> failed(wanted, reason));
            }
        }
    }

    private CompletableFuture<Boolean> isHere(Wanted wanted) {
        return wanted instanceof Wanted.Entry entry
                ? storage.entries(List.of(entry.id()), 1).thenApply(found -> !found.isEmpty())
                : lookup.isHere(((Wanted.Blob) wanted).hash());
    }

    /** Looked at again later even when it was found: the application may not take it at the first time. */
    private void fetch(Wanted wanted) {
        LoopHop.then(
                loop,
                lookup.fetch(wanted),
                found -> {
                    absent.add(wanted);
                    looked();
                },
                reason -> failed(wanted, reason));
    }

    private void failed(Wanted wanted, Throwable reason) {
        LOG.debug("could not look for {}, which is pinned; tried again later", wanted, reason);
        absent.add(wanted);
        looked();
    }

    private void looked() {
        looks--;
        next();
    }
}
