/*
 * dlcheck: the public header of libdlcheck.so.
 *
 * Nothing needs to be called: a program that is run with LD_PRELOAD=libdlcheck.so, or linked with -ldlcheck ahead
 * of the C library, is checked as it is. See the README for what is found and for the options (DLCHECK_OPTIONS).
 */
#ifndef DLCHECK_H
#define DLCHECK_H

#define DLCHECK_VERSION_MAJOR 0
#define DLCHECK_VERSION_MINOR 1
#define DLCHECK_VERSION_PATCH 0

#endif
