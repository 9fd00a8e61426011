# Sourced by samples/run and tests/run: installs what they need, on Debian and its relatives.

# packages_need PURPOSE...: installs what packages.txt lists for these purposes and is not there yet. Without
# something to install, nothing is asked of the network. Ends the script where it cannot help.
packages_need() {
    local list wanted missing as_root said
    list=$(dirname "${BASH_SOURCE[0]}")/packages.txt
    wanted=$(awk -v purposes=" $* " '!/^#/ && NF == 2 && index(purposes, " " $2 " ") { print $1 }' "$list")

    if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
        echo "This is not a Debian system: install the counterparts of these Debian packages, then build by hand:" >&2
        echo "    $(echo $wanted)" >&2
        echo "    cmake --preset default && cmake --build --preset default && ctest --preset default" >&2
        exit 2
    fi

    missing=$(for package in $wanted; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null | grep -qx installed || echo "$package"
    done)
    [ -n "$missing" ] || return 0

    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        as_root=sudo
        if ! command -v sudo > /dev/null; then
            echo "These packages are missing, and neither root nor sudo is here to install them:" $missing >&2
            exit 2
        fi
    fi
    echo "Installing" $missing >&2
    if ! said=$({ $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -qq -y --no-install-recommends $missing; } 2>&1); then
        echo "$said" >&2
        exit 2
    fi
}
