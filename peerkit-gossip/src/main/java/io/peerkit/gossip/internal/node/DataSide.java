// SPDX-License-Identifier: Apache-2.0
package io.peerkit.gossip.internal.node;

import io.peerkit.api.AgentId;
import io.peerkit.api.BlobHash;
import io.peerkit.api.EntryId;
import io.peerkit.api.NotPermittedException;
import io.peerkit.api.agent.NodeCapacity;
import io.peerkit.api.gossip.DistributionStrategy;
import io.peerkit.api.gossip.EntryHeader;
import io.peerkit.api.storage.EntryKey;
import io.peerkit.api.storage.RecordKey;
import io.peerkit.api.storage.Storage;
import io.peerkit.api.storage.StoredEntry;
import io.peerkit.api.storage.WriteBatch;
import io.peerkit.api.transport.Transport;
import io.peerkit.gossip.GossipSettings;
import io.peerkit.gossip.SpreadFigures;
import io.peerkit.gossip.internal.blob.BlobParts;
import io.peerkit.gossip.internal.blob.LargeBlobs;
import io.peerkit.gossip.internal.connect.Contacts;
import io.peerkit.gossip.internal.entry.EntrySealer;
import io.peerkit.gossip.internal.entry.EntryVerifier;
import io.peerkit.gossip.internal.entry.HybridClock;
import io.peerkit.gossip.internal.entry.OpenedEntry;
import io.peerkit.gossip.internal.epoch.EntryRemover;
import io.peerkit.gossip.internal.epoch.EpochKeeper;
import io.peerkit.gossip.internal.epoch.EpochLedger;
import io.peerkit.gossip.internal.epoch.Epochs;
import io.peerkit.gossip.internal.follow.StoreFollower;
import io.peerkit.gossip.internal.holders.Collector;
import io.peerkit.gossip.internal.holders.HolderParts;
import io.peerkit.gossip.internal.integrate.Arrival;
import io.peerkit.gossip.internal.integrate.BlockedEntries;
import io.peerkit.gossip.internal.integrate.HookedStorage;
import io.peerkit.gossip.internal.integrate.Integrator;
import io.peerkit.gossip.internal.integrate.KeptBlobs;
import io.peerkit.gossip.internal.integrate.OncePublisher;
import io.peerkit.gossip.internal.integrate.Publisher;
import io.peerkit.gossip.internal.integrate.UserTasks;
import io.peerkit.gossip.internal.locate.BlobLookup;
import io.peerkit.gossip.internal.locate.Keeper;
import io.peerkit.gossip.internal.locate.LocateParts;
import io.peerkit.gossip.internal.peer.Peer;
import io.peerkit.gossip.internal.peer.PeerTable;
import io.peerkit.gossip.internal.pin.PinKeeper;
import io.peerkit.gossip.internal.pin.Pins;
import io.peerkit.gossip.internal.push.Pusher;
import io.peerkit.gossip.internal.reconcile.EntrySet;
import io.peerkit.gossip.internal.scope.Placement;
import io.peerkit.gossip.internal.scope.Roster;
import io.peerkit.gossip.internal.scope.ScopeSets;
import io.peerkit.gossip.internal.scope.ScopeSorting;
import io.peerkit.gossip.internal.sync.SyncParts;
import io.peerkit.gossip.internal.sync.SyncScope;
import io.peerkit.gossip.internal.sync.Syncer;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What a node with a store has and infrastructure has not: entries, and the ways they spread. Belongs to the node loop. */
public final class DataSide {
    private final EntrySet set;
    private final Integrator integrator;
    private final Publisher publisher;
    private final OncePublisher once;
    private final Pusher pusher;
    private final Syncer syncer;
    private final LargeBlobs blobs;
    private final BlobLookup lookup;
    private final Pins pins;
    private final PinKeeper pinKeeper;
    private final Collector collector;
    private final StoreFollower follower;
    private final BlockedEntries blockedEntries;
    private final Epochs epochs;
    private final LocalDeletes deletes;
    private final Optional<EpochKeeper> keeper;
    private final ScopeSets scopes;
    private final ScopeSorting sorting;
    private final ProgressDesk progress;

    DataSide(
            GossipSettings settings,
            Storage storage,
            EntrySet set,
            HybridClock clock,
            Transport transport,
            UserTasks tasks,
            boolean keepsBlobs,
            Gatekeeper gatekeeper,
            Function<AgentId, NodeCapacity> capacities,
            PeerTable peers,
            Contacts contacts) {
        Optional<KeptBlobs> kept =
                settings.hooks().map(hooks -> new KeptBlobs(settings.loop(), settings.userExecutor(), hooks));
        Storage served = kept.<Storage>map(blobs -> new HookedStorage(storage, settings.loop(), blobs))
                .orElse(storage);
        this.set = set;
        this.scopes = new ScopeSets(
                new Placement(settings.distribution(), settings.agent().id()), settings.network(), set);
        this.sorting = new ScopeSorting(settings.loop(), storage, scopes);
        this.epochs = new Epochs(
                new EntryRemover.Parts(
                        settings.loop(),
                        storage,
                        set,
                        new EpochLedger(settings.agent().id(), settings.network(), settings.authority()),
                        settings.hooks(),
                        settings.listener(),
                        tasks,
                        belongings()),
                clock);
        WatchedEpochs watch = new WatchedEpochs();
        this.integrator = new Integrator(
                new Integrator.Parts(
                        settings.loop(),
                        settings.agent().id(),
                        storage,
                        set,
                        new EntryVerifier(
                                settings.agent(),
                                settings.network(),
                                settings.timing().maxClockDrift()),
                        clock,
                        settings.hooks(),
                        settings.listener(),
                        settings.userExecutor(),
                        tasks,
                        settings.timing().validation(),
                        gatekeeper,
                        epochs,
                        scopes),
                this::announce,
                this::resume,
                this::storedByOthers);
        integrator.watch(settings.watcher());
        this.syncer = new Syncer(
                new SyncParts(
                        settings.loop(),
                        served,
                        set,
                        integrator,
                        new SyncScope(settings.network(), SyncScope.ALL),
                        watch,
                        scopes,
                        settings.timing().session(),
                        settings.capacity().isThrifty()),
                transport,
                settings.agent().id(),
                settings.timing().round());
        this.pusher = new Pusher(
                new Pusher.Parts(
                        settings.loop(),
                        transport,
                        served,
                        set,
                        integrator,
                        scopes.placement(),
                        watch,
                        settings.capacity().isThrifty(),
                        capacities),
                syncer::dirty);
        this.publisher = new Publisher(
                new Publisher.Parts(
                        settings.loop(),
                        settings.agent().id(),
                        settings.network(),
                        storage,
                        set,
                        clock,
                        new EntrySealer(settings.agent()),
                        keepsBlobs,
                        epochs,
                        scopes),
                pusher::published);
        this.once = new OncePublisher(settings.loop(), storage, publisher);
        this.blobs = new LargeBlobs(new BlobParts(
                settings.loop(), transport, storage, publisher, settings.listener(), tasks, settings.workers()));
        Keeper located = new Keeper(integrator);
        this.pins = new Pins(settings.loop(), storage);
        Predicate<OpenedEntry> isPinned = entry ->
                pins.covers(entry.id(), entry.header(), Optional.of(entry.wire().blob()));
        Predicate<OpenedEntry> belongsHere = isPinned.or(
                entry -> scopes.placement().willStore(settings.agent().id(), entry.header()));
        integrator.alsoKeep(isPinned.or(entry -> located.isFetched(entry.id())));
        this.lookup = new BlobLookup(
                new LocateParts(
                        settings.loop(),
                        settings.agent().id(),
                        transport,
                        served,
                        kept,
                        this::placing,
                        new EntryVerifier(
                                settings.agent(),
                                settings.network(),
                                settings.timing().maxClockDrift()),
                        contacts,
                        gatekeeper,
                        entry -> epochs.ledger()
                                        .isDeleted(entry.id(), entry.header().author())
                                || set.contains(entry.header().time(), entry.idBytes(), 0)),
                blobs,
                located,
                belongsHere);
        this.pinKeeper = new PinKeeper(settings.loop(), storage, pins, lookup);
        this.collector = new Collector(new HolderParts(
                settings.loop(),
                settings.agent().id(),
                transport,
                storage,
                served,
                set,
                this::placing,
                settings.authority().isPresent(),
                contacts,
                gatekeeper,
                pins,
                belongings(),
                settings.hooks(),
                settings.listener(),
                tasks));
        this.follower = new StoreFollower(new StoreFollower.Parts(
                settings.loop(),
                settings.agent().id(),
                storage,
                served,
                set,
                clock,
                integrator,
                blobs,
                settings.listener(),
                tasks,
                epochs));
        this.blockedEntries = new BlockedEntries(settings.loop(), storage, set, epochs);
        this.deletes = new LocalDeletes(settings.loop(), settings.agent().id(), storage, publisher, epochs);
        this.progress = new ProgressDesk(settings.loop(), syncer, integrator, pusher, settings.listener(), tasks);
        EpochTraffic traffic = new EpochTraffic(integrator, publisher, syncer, peers);
        this.keeper = settings.authority()
                .map(authority -> new EpochKeeper(new EpochKeeper.Parts(
                        settings.loop(),
                        transport,
                        served,
                        settings.agent(),
                        authority,
                        clock,
                        settings.timing().session(),
                        epochs,
                        traffic,
                        traffic)));
        keeper.ifPresent(watch::use);
    }

    private DistributionStrategy placing() {
        return scopes.placement().isWhole() ? DistributionStrategy.fullReplication() : scopes.placement();
    }

    /** Reads what the store has beside entries; completes on the loop. */
    CompletableFuture<Void> load() {
        return sorting.load().thenCompose(sorted -> epochs.load()).thenCompose(done -> pins.load());
    }

    /** {@link Roster#TICK} has passed: who is known may have changed. */
    void members(Supplier<Set<AgentId>> known) {
        if (!scopes.placement().isWhole() && scopes.placement().tick(known.get())) {
            syncer.placementChanged();
        }
    }

    /** Goes on with what an earlier run left. */
    void start(Gatekeeper gatekeeper) {
        blobs.start();
        follower.start();
        blockedEntries.cleanUp(gatekeeper::isBlocked);
        integrator.start();
        pinKeeper.start();
        collector.start();
        keeper.ifPresent(EpochKeeper::start);
    }

    private void storedByOthers(List<EntryKey> keys) {
        follower.found(keys);
    }

    /** The blobs come later than the remover, since they publish. */
    private EntryRemover.Belongings belongings() {
        return new EntryRemover.Belongings() {
            @Override
            public void addTo(WriteBatch.Builder batch, StoredEntry entry, EntryHeader header) {
                blobs.orphans().addTo(batch, entry, header);
            }

            @Override
            public void removed(StoredEntry entry, EntryHeader header) {
                blobs.orphans().removed(entry, header);
            }
        };
    }

    private void announce(List<Arrival> arrivals) {
        pusher.stored(arrivals.stream().filter(Arrival::isNews).toList());
        blobs.stored(arrivals.stream().filter(Arrival::isUnderstood).toList());
    }

    private void resume() {
        pusher.resume();
        syncer.resume();
    }

    void peerUp(Peer peer) {
        keeper.ifPresent(epochsOf -> epochsOf.peerUp(peer));
        // Push first: what is published from now on waits for its stream, what came before is in the session's
        // snapshot.
        pusher.peerUp(peer);
        syncer.peerUp(peer);
        blobs.peerUp(peer);
        lookup.peerUp(peer);
        collector.peerUp(peer);
    }

    void peerDown(Peer peer) {
        keeper.ifPresent(epochsOf -> epochsOf.peerDown(peer));
        pusher.peerDown(peer);
        syncer.peerDown(peer);
        blobs.peerDown(peer);
        lookup.peerDown(peer);
        collector.peerDown(peer);
    }

    void tick() {
        epochs.tick();
        keeper.ifPresent(EpochKeeper::tick);
        sorting.tick();
        integrator.tick();
        pusher.tick();
        syncer.tick();
        blobs.tick();
        follower.tick();
        pinKeeper.tick();
        collector.tick();
        progress.tick();
    }

    /** Publishes. */
    public void publish(Publisher.Call call) {
        publisher.publish(call);
    }

    /** Closes the open epoch. */
    public void closeEpoch(CompletableFuture<Long> answer) {
        if (keeper.isEmpty()) {
            answer.completeExceptionally(new NotPermittedException("this network has no authority that closes epochs"));
        } else {
            keeper.get().close(answer);
        }
    }

    /** The number of the last epoch whose closing was adopted. */
    long epoch() {
        return epochs.ledger().head().epoch();
    }

    Optional<EpochKeeper> keeper() {
        return keeper;
    }

    /** Deletes entries. */
    public void delete(List<EntryId> entries, CompletableFuture<List<EntryId>> answer) {
        deletes.delete(entries, answer);
    }

    /** Publishes what was not published under its key before. */
    public void publishOnce(OncePublisher.Call call) {
        once.publish(call);
    }

    /** Forgets keys under which something was published. */
    public void forgetPublished(List<RecordKey> keys, CompletableFuture<Void> answer) {
        once.forget(keys, answer);
    }

    /** Publishes what a stream gives. */
    public void publish(InputStream content, long size, CompletableFuture<BlobHash> answer) {
        blobs.publish(content, size, answer);
    }

    /** Gets a blob, from the application or from peers where the store has it not. */
    public void get(BlobHash hash, CompletableFuture<Optional<byte[]>> answer) {
        lookup.get(hash, answer);
    }

    /** Opens a blob of any length. */
    public void openBlob(BlobHash hash, CompletableFuture<Optional<InputStream>> answer) {
        lookup.open(hash, answer);
    }

    /** What the application pinned. */
    public PinKeeper pins() {
        return pinKeeper;
    }

    /** What push did. */
    public SpreadFigures spread() {
        return pusher.figures().read();
    }

    ProgressDesk progress() {
        return progress;
    }

    EntrySet set() {
        return set;
    }

    Integrator integrator() {
        return integrator;
    }

    Publisher publisher() {
        return publisher;
    }

    Pusher pusher() {
        return pusher;
    }

    Syncer syncer() {
        return syncer;
    }

    BlockedEntries blockedEntries() {
        return blockedEntries;
    }

    LargeBlobs blobs() {
        return blobs;
    }

    Collector collector() {
        return collector;
    }

    BlobLookup lookup() {
        return lookup;
    }

    CompletableFuture<Void> stop() {
        lookup.stop();
        collector.stop();
        pusher.stop();
        syncer.stop();
        keeper.ifPresent(EpochKeeper::stop);
        follower.stop();
        return blobs.stop();
    }
}
