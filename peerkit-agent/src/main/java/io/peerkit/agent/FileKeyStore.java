// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent;

import io.peerkit.agent.internal.keyfile.KeyFile;
import io.peerkit.agent.internal.keyfile.SealedBy;
import io.peerkit.api.InvalidSettingException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the secret in a file of its own, made on first use.
 *
 * <p>The file appears whole or not at all, is readable for its owner alone (mode 0600) from its first byte on, and is
 * written again only by {@code seal} and {@code unseal}. Of several processes that make it at the same time one wins and the others read what it made. A
 * file that is open to group or others is refused, and so is one that is damaged: it is never replaced, since that
 * would silently turn the agent into another.
 *
 * <p>Where the file system knows no POSIX permissions (Windows, FAT), the file gets what {@link java.io.File} can set,
 * which may be nothing, and nothing is checked: keep it in a folder that only its user can open, or use a passphrase.
 * Where it knows no hard links (FAT), a process that dies while it makes the file leaves an incomplete one behind,
 * which has to be removed by hand.
 *
 * <p>With a passphrase the secret is sealed by AES-256-GCM under a key that Argon2id derives (64 MiB, 3 passes, 4 lanes: the
 * memory is taken from the heap while the file is opened). An application that keeps keys elsewhere, in a phone's key store
 * for instance, gives a key of 32 bytes instead. Without either, whoever can read the file is this agent.
 *
 * <p>{@link #seal(char[])} and {@link #seal(byte[])} seal a file that is there, or change what it is sealed by: the new
 * file takes the place of the old in one step, and the old bytes are then overwritten where they lay. Disks that write
 * elsewhere (flash, file systems that copy on write) and backups may keep them nevertheless: a file that may have been
 * read unsealed stays a risk, and only a new agent ends it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9106">RFC 9106, Argon2</a>
 */
public final class FileKeyStore extends KeyStore {
    /** The longest passphrase in characters. */
    public static final int MAX_PASSPHRASE_CHARS = 1_024;

    /** The length of an application's key in bytes. */
    public static final int KEY_BYTES = 32;

    private final Path file;
    private @Nullable SealedBy by;
    private @Nullable KeyFile opened;

    private FileKeyStore(Path file, SealedBy by) {
        this.file = file;
        this.by = by;
    }

    /**
     * Keeps the secret in a file as it is. Nothing is read or written before the first use.
     *
     * @param file the file; its folder must exist
     * @return the store
     */
    public static FileKeyStore at(Path file) {
        return new FileKeyStore(file, new SealedBy.Nothing());
    }

    /**
     * Keeps the secret in a file, sealed by a passphrase. Nothing is read or written before the first use.
     *
     * @param file the file; its folder must exist
     * @param passphrase 1 to {@value #MAX_PASSPHRASE_CHARS} characters, which count as they are given; copied, and the copy is wiped once the file is open
     * @return the store
     * @throws InvalidSettingException when the passphrase is empty, too long or no well-formed text
     */
    public static FileKeyStore at(Path file, char[] passphrase) {
        return new FileKeyStore(file, passphrase(passphrase));
    }

    /**
     * Keeps the secret in a file, sealed by a key of the application's. Nothing is read or written before the first use.
     *
     * @param file the file; its folder must exist
     * @param key {@value #KEY_BYTES} bytes from a good source of randomness; copied, and the copy is wiped once the file is open
     * @return the store
     * @throws InvalidSettingException when there are not {@value #KEY_BYTES} of them
     */
    public static FileKeyStore at(Path file, byte[] key) {
        return new FileKeyStore(file, key(key));
    }

    /**
     * Seals the file by a passphrase in place of what it was sealed by, or not sealed by; the secret stays the same. Blocks.
     *
     * @param passphrase as for {@link #at(Path, char[])}; its copy is wiped when this returns
     * @throws InvalidSettingException when the passphrase is empty, too long or no well-formed text, or what this store was
     *     made with does not open the file
     * @throws io.peerkit.api.StorageException when the file cannot be read or replaced, is damaged, or is not what it was
     *     when this store opened it; the file is then as it was
     */
    public void seal(char[] passphrase) {
        seal(passphrase(passphrase));
    }

    /**
     * Seals the file by a key of the application's in place of what it was sealed by, or not sealed by; the secret stays the
     * same. Blocks.
     *
     * @param key as for {@link #at(Path, byte[])}; its copy is wiped when this returns
     * @throws InvalidSettingException when there are not {@value #KEY_BYTES} of them, or what this store was made with does not
     *     open the file
     * @throws io.peerkit.api.StorageException when the file cannot be read or replaced, is damaged, or is not what it was
     *     when this store opened it; the file is then as it was
     */
    public void seal(byte[] key) {
        seal(key(key));
    }

    /**
     * Keeps the secret in the file as it is from now on, in place of sealed; who can read the file is then this agent. Blocks.
     *
     * @throws InvalidSettingException when what this store was made with does not open the file
     * @throws io.peerkit.api.StorageException when the file cannot be read or replaced, is damaged, or is not what it was
     *     when this store opened it; the file is then as it was
     */
    public void unseal() {
        seal(new SealedBy.Nothing());
    }

    private synchronized void seal(SealedBy next) {
        try {
            if (opened == null && Files.notExists(file)) {
                // There is nothing to replace; the secret must not lie there unsealed even for a moment.
                by = next;
                opened();
            } else {
                opened = opened().reseal(file, next);
            }
        } finally {
            next.wipe();
        }
    }

    private static SealedBy passphrase(char[] passphrase) {
        if (passphrase.length == 0 || passphrase.length > MAX_PASSPHRASE_CHARS) {
            throw new InvalidSettingException(
                    "passphrase of " + passphrase.length + " characters, must have 1 to " + MAX_PASSPHRASE_CHARS);
        }
        // A char becomes three bytes at most.
        ByteBuffer utf8 = ByteBuffer.allocate(3 * passphrase.length);
        try {
            if (StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(CharBuffer.wrap(passphrase), utf8, true)
                    .isError()) {
                throw new InvalidSettingException("passphrase has half of a surrogate pair");
            }
            return new SealedBy.Passphrase(Arrays.copyOf(utf8.array(), utf8.position()));
        } finally {
            Arrays.fill(utf8.array(), (byte) 0);
        }
    }

    private static SealedBy key(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new InvalidSettingException("key of " + key.length + " bytes, must be " + KEY_BYTES);
        }
        return new SealedBy.ApplicationKey(key.clone());
    }

    @Override
    synchronized byte[] secret() {
        return opened().secret();
    }

    private KeyFile opened() {
        KeyFile known = opened;
        if (known == null) {
            SealedBy with = Objects.requireNonNull(by, "forgotten only when the file is open");
            known = KeyFile.openOrCreate(file, with);
            with.wipe();
            by = null;
            opened = known;
        }
        return known;
    }
}
